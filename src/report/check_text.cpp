#include "report/check_text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "base/untrusted.h"
#include "report/check_wording.h"
#include "report/terminal.h"

namespace oxbow::report {
namespace {

constexpr Bounds text_plan_bounds{
    .entries = 20, .packages = 30, .explained = 5, .constraints = 5, .names = 10};
constexpr CheckBounds text_check_bounds{
    .groups = 10, .failures = 5, .names = 20, .log_lines = 20, .steps = 50};
constexpr std::size_t widest_column = 50;

Phrase title(std::string_view words) { return Phrase().strong(words); }

Lines failures(const TargetCheck& check, const FailureList& list, CheckWording& wording) {
  Lines lines;
  for (const FailureGroup& group : wording.groups(check, list)) {
    std::ranges::copy(wording.failures(group), std::back_inserter(lines));
    const Lines log = wording.log(group);
    if (log.empty()) continue;
    lines.push_back({1, CheckWording::log_title(group).words(":"), false});
    for (const Line& line : log) {
      lines.push_back({1, Phrase().words("| ").append(line.phrase), false});
    }
  }
  return lines;
}

// In bytes, which is near enough; one that is too wide pushes the others aside.
std::size_t width(const Phrase& phrase) {
  std::size_t width = 0;
  for (const Piece& piece : phrase.pieces()) width += printable(piece.text).size();
  return std::min(width, widest_column);
}

Lines table(const StepTable& steps) {
  constexpr std::array columns = {&StepRow::package, &StepRow::outcome, &StepRow::time};
  std::array<std::size_t, columns.size()> widths{};
  for (const StepRow& row : steps.rows) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      widths[i] = std::max(widths[i], width(row.*columns[i]));
    }
  }
  Lines lines;
  for (const StepRow& row : steps.rows) {
    Phrase phrase;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Phrase& cell = row.*columns[i];
      phrase.append(cell).words(std::string(widths[i] - width(cell) + 2, ' '));
    }
    lines.push_back({0, phrase.append(row.why), false});
  }
  if (steps.rest > 0) {
    lines.push_back({0, Phrase().words("and " + grouped(steps.rest) + " more"), false});
  }
  return lines;
}

void write_target(const TargetReport& target, const TargetCheck& check, CheckWording& wording,
                  Terminal& terminal) {
  terminal.section(target_name(target), {{0, built_counts({&check, 1})}}, 0);
  const auto write_failures = [&](const FailureList& list) {
    terminal.section(title(list.title), failures(check, list, wording), 1);
  };
  const auto write_solutions = [&](const InstallabilityList& list) {
    terminal.section(title(list.title), wording.of_plan.explained(target.*list.packages), 1);
  };
  write_failures(regressions);
  write_solutions(installability_lists.front());
  write_failures(new_failures);
  terminal.section(title(trouble_title), wording.trouble(check), 1);
  write_failures(unknown_failures);
  for (const NameList& list : name_lists(check)) {
    terminal.section(title(list.title).words(": " + counted(list.packages.size(), "package")),
                     wording.names(list), 1);
  }
  for (const InstallabilityList& list : std::span(installability_lists).subspan(1)) {
    write_solutions(list);
  }
  terminal.section(title("Steps"), table(wording.steps(target, check)), 1);
}

}  // namespace

std::string to_text(const CheckReport& report, Colour colour) {
  using enum plan::Level;
  Terminal terminal(colour);
  CheckWording wording(text_plan_bounds, text_check_bounds);
  terminal.write({0, summary(report), true});
  terminal.write({0, summary(report.plan), true});
  for (std::size_t i = 0; i < std::min(report.targets.size(), report.plan.targets.size()); ++i) {
    const TargetReport& target = report.plan.targets[i];
    const TargetCheck& check = report.targets[i];
    if (!is_untouched(target, check)) write_target(target, check, wording, terminal);
  }
  terminal.section(title("Findings"),
                   wording.of_plan.findings(report.plan.findings, {error, warning}), 0, 0);
  if (wording.of_plan.left_something_out()) {
    terminal.write({});
    terminal.write({0, Phrase().words(whole_report)});
  }
  return std::move(terminal).text();
}

}  // namespace oxbow::report
