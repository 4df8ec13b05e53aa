#include "report/check_json.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/json_writer.h"
#include "report/build_log.h"
#include "report/failure_groups.h"
#include "report/json.h"

namespace oxbow::report {
namespace {

constexpr std::size_t check_version = 1;
constexpr auto last_verdict = verdict::Verdict::unknown;

// No build's time is worth more digits.
double to_milliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

class CheckJson : public JsonWriter<CheckJson> {
 public:
  using JsonWriter::value;

  void value(const CheckReport& report) {
    open();
    field("version", check_version);
    field("bad_news", has_bad_news(report));
    field("interrupted", report.interrupted);
    field("limit", report.limit);
    field("seconds", to_milliseconds(report.seconds));
    field("cache", report.cache);
    field("sandbox", report.sandbox);
    raw_field("plan", to_json(report.plan));
    field("targets", report.targets);
    close();
  }

  void value(const TargetCheck& target) {
    open();
    key("verdicts");
    open();
    for (int i = 0; i <= static_cast<int>(last_verdict); ++i) {
      const auto verdict = static_cast<verdict::Verdict>(i);
      field(name(verdict), static_cast<std::size_t>(
                               std::ranges::count(target.roots, verdict, &RootCheck::verdict)));
    }
    close();
    field("roots", target.roots);
    field("layers", target.layers);
    field("base_layers", target.base_layers);
    close();
  }

  void value(const RootCheck& root) {
    open();
    field("package", root.package);
    field("verdict", name(root.verdict()));
    field("base", name(root.base));
    field("head", name(root.head));
    field("failed_key", unless_empty(root.failed_key));
    close();
  }

  void value(const BuiltLayer& layer) {
    const std::string error = reason(layer);
    const bool trouble = layer.trouble != verdict::Trouble::none;
    open();
    field("package", layer.package);
    field("key", layer.key);
    field("in_cone", layer.in_cone);
    field("cached", layer.cached);
    field("outcome", name(layer.outcome));
    field("trouble", unless_empty(trouble ? name(layer.trouble) : ""));
    field("message", unless_empty(layer.message));
    field("seconds", to_milliseconds(layer.seconds));
    field("attempts", layer.attempts);
    field("failed_key", unless_empty(layer.failed_key));
    field("error", unless_empty(error));
    field("fingerprint", unless_empty(fingerprint(error)));
    field("log", unless_empty(plain(layer.log_tail)));
    field("reproduce", unless_empty(layer.reproduce));
    close();
  }
};

}  // namespace

std::string to_json(const CheckReport& report) {
  CheckJson json;
  json.value(report);
  return json.text() + "\n";
}

}  // namespace oxbow::report
