#include "report/text.h"

#include <utility>

#include "report/phrase.h"
#include "report/terminal.h"
#include "report/wording.h"

namespace oxbow::report {
namespace {

constexpr Bounds text_bounds{
    .entries = 20, .packages = 30, .explained = 5, .constraints = 5, .names = 10};

void write_target(const TargetReport& target, bool cache_known, Wording& wording,
                  Terminal& terminal) {
  terminal.section(target_name(target), {{0, target_counts(target, cache_known)}}, 0);
  for (const InstallabilityList& list : installability_lists) {
    terminal.section(Phrase().strong(list.title), wording.explained(target.*list.packages), 1);
  }
  terminal.section(Phrase().strong("Rebuilt"), wording.rebuilt(target.cone), 1);
}

}  // namespace

std::string to_text(const Report& report, Colour colour) {
  using enum plan::Level;
  Terminal terminal(colour);
  Wording wording(text_bounds);
  terminal.write({0, summary(report), true});
  terminal.section(Phrase().strong("Changes"), wording.changes(report), 0);
  // Not indented, so that an editor takes the start of the line for a place.
  terminal.section(Phrase().strong("Findings"),
                   wording.findings(report.findings, {error, warning, note}), 0, 0);
  for (const TargetReport& target : report.targets) {
    if (!is_untouched(target)) write_target(target, report.cache_known, wording, terminal);
  }
  if (wording.left_something_out()) {
    terminal.write({});
    terminal.write({0, Phrase().words(whole_report)});
  }
  return std::move(terminal).text();
}

}  // namespace oxbow::report
