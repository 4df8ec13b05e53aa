#include "bot/run_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/duration.h"
#include "base/untrusted.h"
#include "report/check_markdown.h"
#include "report/check_wording.h"
#include "report/comment.h"
#include "report/failure_groups.h"
#include "report/markdown.h"
#include "report/wording.h"

namespace oxbow::bot {
namespace {

using verdict::Conclusion;

constexpr std::size_t short_commit = 10;
constexpr std::size_t title_bytes = 200;
constexpr std::size_t most_annotations = 50;
constexpr std::size_t running_told = 10;

std::string link(std::string_view text, const std::string& address) {
  return address.empty() ? std::string(text) : fmt::format("[{}]({})", text, address);
}

std::string about(double seconds) {
  if (seconds <= 0) return "";
  return seconds < 60 ? "under a minute" : "about " + duration_text(60 * std::round(seconds / 60));
}

std::string counts_line(std::size_t packages, std::size_t layers, std::size_t cached,
                        bool cache_known, double seconds) {
  std::string text = report::counted(packages, "package") + ", " + report::counted(layers, "layer");
  if (cache_known && layers > 0) text += "; " + report::grouped(cached) + " cached";
  const bool is_all_there = cache_known && cached == layers;
  if (!is_all_there && !about(seconds).empty()) text += "; " + about(seconds);
  return text;
}

double seconds_of(const RunFacts& facts, std::size_t target) {
  return target < facts.estimated_seconds.size() ? facts.estimated_seconds[target] : 0;
}

// What happens next, in a sentence; nothing where all is said.
std::string next_step(const RunFacts& facts) {
  switch (facts.stage) {
    case Stage::analysed:
    case Stage::built: return "";
    case Stage::draft: return "Builds begin when this pull request is ready for review.";
    case Stage::awaiting_approval:
      return fmt::format(
          "Builds begin when somebody with write access has reviewed the change "
          "and says `/oxbow ok-to-test {}`.",
          facts.head.substr(0, short_commit));
    case Stage::building: return "It is being built.";
    case Stage::stopped: return "The run was stopped: " + facts.why + ".";
  }
  return "";
}

std::string closing(const RunFacts& facts) {
  std::string text = "<sub>Tested: `" + facts.head.substr(0, short_commit) + "`";
  if (!facts.page.empty()) text += " · " + link("full results", facts.page);
  return text + " · `/oxbow help`</sub>\n";
}

std::string with_frame(const std::string& body, const RunFacts& facts) {
  std::string text = std::string(comment_marker) + "\n" + body;
  const std::string next = next_step(facts);
  if (!next.empty()) text += "\n" + next + "\n";
  return text + "\n" + closing(facts);
}

std::string title(const report::Phrase& phrase) {
  return shortened(printable(phrase.raw()), title_bytes);
}

bool has_trouble(const report::TargetCheck& target) {
  return std::ranges::any_of(target.roots, [](const report::RootCheck& root) {
    return root.verdict() == verdict::Verdict::unknown;
  });
}

bool has_failure(const report::TargetCheck& target) {
  return std::ranges::any_of(
      target.roots, [](const report::RootCheck& root) { return verdict::is_failure(root.head); });
}

Conclusion conclusion(const report::CheckReport& report, std::size_t target) {
  if (report::has_bad_news(report, target)) return Conclusion::failure;
  if (report.interrupted) return Conclusion::cancelled;
  return has_trouble(report.targets[target]) ? Conclusion::neutral : Conclusion::success;
}

template <typename OfTarget>
std::vector<std::string> check_names(std::string_view prefix, const std::vector<OfTarget>& all) {
  std::vector<opam::Target> targets;
  for (const OfTarget& each : all) targets.push_back(each.target);
  std::vector<std::string> names = opam::short_names(targets);
  for (std::string& name : names) name = fmt::format("{} / {}", prefix, name);
  return names;
}

std::string page_line(const RunFacts& facts) {
  return facts.page.empty() ? "" : "\n" + link("Full results", facts.page) + "\n";
}

}  // namespace

std::string counts_text(const report::Report& report, const RunFacts& facts) {
  report::Lines lines;
  std::size_t packages = 0;
  std::size_t layers = 0;
  std::size_t cached = 0;
  for (std::size_t i = 0; i < report.targets.size(); ++i) {
    const report::TargetReport& target = report.targets[i];
    const plan::Cone& cone = target.cone;
    packages = std::max(packages, cone.packages_rebuilt());
    layers += cone.layers();
    cached += report::count_cached(cone);
    lines.push_back({0, report::Phrase()
                            .append(report::target_name(target))
                            .words(": ")
                            .words(counts_line(cone.packages_rebuilt(), cone.layers(),
                                               report::count_cached(cone), report.cache_known,
                                               seconds_of(facts, i)))});
  }
  const double seconds =
      std::accumulate(facts.estimated_seconds.begin(), facts.estimated_seconds.end(), 0.0);
  const std::string all =
      "**" + counts_line(packages, layers, cached, report.cache_known, seconds) + "**\n";
  return lines.size() > 1 ? all + "\n" + bullets(lines) : all;
}

std::string to_comment(const report::Report& report, const RunFacts& facts) {
  const bool is_untouched_everywhere = std::ranges::all_of(
      report.targets, [](const report::TargetReport& target) { return is_untouched(target); });
  const std::string counts = is_untouched_everywhere ? "" : counts_text(report, facts) + "\n";
  return with_frame(counts + report::to_markdown(report, report::whole_run), facts);
}

std::string to_comment(const report::CheckReport& report, const RunFacts& facts) {
  return with_frame(
      counts_text(report.plan, facts) + "\n" + report::to_markdown(report, report::whole_run),
      facts);
}

std::string trouble_comment(std::string_view error, const RunFacts& facts) {
  return with_frame("**This could not be tested.**\n\n" +
                        report::code_block({{0, report::Phrase().quoted(error)}}),
                    facts);
}

CheckOutput analysis_output(const report::Report& report, const RunFacts& facts) {
  CheckOutput output;
  const bool is_bad = std::ranges::any_of(report.findings,
                                          [](const plan::Finding& one) {
                                            return one.level == plan::Level::error;
                                          }) ||
                      std::ranges::any_of(report.targets, [](const report::TargetReport& target) {
                        return !target.newly_uninstallable.empty();
                      });
  output.conclusion = is_bad ? Conclusion::failure : Conclusion::success;
  output.title = title(report::summary(report));
  const bool has_nothing = std::ranges::all_of(
      report.targets, [](const report::TargetReport& target) { return target.cone.layers() == 0; });
  if (has_nothing && !is_bad) output.title = "Nothing to build. " + output.title;
  output.summary = counts_text(report, facts) + page_line(facts);
  output.text = report::to_markdown(report, report::whole_run);
  output.annotations = report.findings;
  std::ranges::stable_sort(output.annotations, {}, &plan::Finding::level);
  if (output.annotations.size() > most_annotations) output.annotations.resize(most_annotations);
  return output;
}

CheckOutput trouble_output(std::string_view error, Whose whose, const RunFacts& facts) {
  CheckOutput output;
  const bool is_ours = whose == Whose::ours;
  output.conclusion = is_ours ? Conclusion::neutral : Conclusion::failure;
  output.title = is_ours ? "Infrastructure error: could not be tested" : "Cannot be tested";
  output.summary = report::code_block({{0, report::Phrase().quoted(error)}}) +
                   (is_ours ? "\nThis was not caused by the change.\n" : "") + page_line(facts);
  output.buttons = {CheckButton::rerun};
  return output;
}

CheckOutput waiting_output(const report::TargetReport& target, const RunFacts& facts) {
  CheckOutput output;
  const plan::Cone& cone = target.cone;
  output.summary = next_step(facts) + page_line(facts);
  switch (facts.stage) {
    case Stage::building:
    case Stage::built:
      output.title = "To be built: " + report::counted(cone.layers(), "layer");
      return output;
    case Stage::analysed:
      output.conclusion = cone.layers() == 0 ? Conclusion::success : Conclusion::neutral;
      output.title = cone.layers() == 0 ? "Nothing to build" : "Not built by this bot";
      break;
    case Stage::draft:
      output.conclusion = Conclusion::neutral;
      output.title = "Not built: draft pull request";
      break;
    case Stage::awaiting_approval:
      output.conclusion = Conclusion::action_required;
      output.title = "Waiting for approval";
      output.buttons = {CheckButton::approve};
      break;
    case Stage::stopped:
      output.conclusion = Conclusion::cancelled;
      output.title = "Stopped: " + shortened(printable(facts.why), title_bytes);
      output.buttons = {CheckButton::rerun};
      break;
  }
  if (output.summary.empty()) output.summary = output.title;
  return output;
}

CheckOutput target_output(const report::CheckReport& report, std::size_t target,
                          const RunFacts& facts) {
  CheckOutput output;
  output.conclusion =
      facts.stage == Stage::stopped ? Conclusion::cancelled : conclusion(report, target);
  const report::Phrase summary = report::summary(report, target);
  output.title = title(summary);
  output.summary = report::prose(summary) + "\n\n" +
                   report::prose(report::built_counts({&report.targets[target], 1})) + "\n" +
                   page_line(facts);
  output.text = report::to_markdown(report, report::whole_run, target);
  if (has_failure(report.targets[target])) output.buttons.push_back(CheckButton::rerun_failed);
  if (output.conclusion != Conclusion::success) output.buttons.push_back(CheckButton::rerun);
  return output;
}

CheckOutput progress_output(const BuildCounts& counts, const RunFacts& facts) {
  CheckOutput output;
  output.title = fmt::format("{} of {} done", report::grouped(counts.done),
                             report::counted(counts.layers - counts.cached, "layer"));
  if (counts.failed > 0) output.title += ", " + report::grouped(counts.failed) + " failed";
  if (!about(counts.seconds_left).empty()) output.title += ", " + about(counts.seconds_left);
  report::Lines running;
  for (const std::string& package : counts.running) {
    if (running.size() == running_told) break;
    running.push_back({0, report::Phrase().quoted(package)});
  }
  output.summary = report::grouped(counts.cached) + " found in the cache.\n";
  if (!running.empty()) output.summary += "\nRunning:\n\n" + bullets(running);
  output.summary += page_line(facts);
  return output;
}

std::vector<std::string> target_check_names(std::string_view prefix,
                                            const std::vector<report::TargetReport>& targets) {
  return check_names(prefix, targets);
}

std::vector<std::string> target_check_names(std::string_view prefix,
                                            const std::vector<store::RunTarget>& targets) {
  return check_names(prefix, targets);
}

std::string analysis_check_name(std::string_view prefix) {
  return std::string(prefix) + " / analysis";
}

}  // namespace oxbow::bot
