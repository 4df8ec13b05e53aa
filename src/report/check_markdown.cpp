#include "report/check_markdown.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "report/check_wording.h"
#include "report/comment.h"

namespace oxbow::report {
namespace {

constexpr Bounds markdown_plan_bounds{
    .entries = 15, .packages = 40, .explained = 5, .constraints = 5, .names = 6};
constexpr CheckBounds markdown_check_bounds{
    .groups = 10, .failures = 10, .names = 20, .log_lines = 20, .steps = 50};
constexpr std::size_t most_log_bytes = 25'000;  // of all logs, so that there is room for the rest
constexpr std::size_t most_table_bytes = 10'000;

class CheckComment {
 public:
  CheckComment(const CheckReport& report, OnlyTarget only)
      : report_(report),
        only_(only),
        plans_(of_targets(report.plan.targets, only)),
        checks_(of_targets(report.targets, only)) {}

  std::string text(std::string_view rest) && {
    using enum plan::Level;
    comment_.add(prose(summary(report_, only_)) + "\n\n" + prose(summary(report_.plan, only_)) +
                 "\n");
    add_failures(regressions);
    add_solutions(installability_lists.front());
    add_failures(new_failures);
    each_target([&](const TargetReport& target, const TargetCheck& check) {
      comment_.add_open(heading(trouble_title, target), bullets(wording_.trouble(check)));
    });
    add_failures(unknown_failures);
    const Lines grave = wording_.of_plan.findings(report_.plan.findings, {error, warning});
    if (!grave.empty()) comment_.add_open(Phrase().strong("Findings"), code_block(grave));
    each_target([&](const TargetReport& target, const TargetCheck& check) {
      for (const NameList& list : name_lists(check)) {
        comment_.add_folded(heading(list.title, target, list.packages.size()),
                            bullets(wording_.names(list)));
      }
    });
    for (const InstallabilityList& list : std::span(installability_lists).subspan(1)) {
      add_solutions(list);
    }
    add_steps();
    return std::move(comment_).text(wording_.of_plan.left_something_out(), rest);
  }

 private:
  template <typename Each>
  void each_target(const Each& each) {
    for (std::size_t i = 0; i < std::min(plans_.size(), checks_.size()); ++i) {
      each(plans_[i], checks_[i]);
    }
  }

  static Phrase heading(std::string_view title, const TargetReport& target) {
    return Phrase().strong(title).words(", ").append(target_name(target));
  }
  static Phrase heading(std::string_view title, const TargetReport& target, std::size_t packages) {
    return Phrase()
        .strong(title)
        .words(": " + counted(packages, "package") + ", ")
        .append(target_name(target));
  }

  void add_failures(const FailureList& list) {
    each_target([&](const TargetReport& target, const TargetCheck& check) {
      bool first = true;
      for (const FailureGroup& group : wording_.groups(check, list)) {
        const std::string body = bullets(wording_.failures(group));
        if (std::exchange(first, false)) {
          comment_.add_open(heading(list.title, target), body);
        } else {
          comment_.add(body);
        }
        add_log(group);
      }
    });
  }

  void add_log(const FailureGroup& group) {
    const Lines lines = wording_.log(group);
    if (lines.empty()) return;
    const std::string block = code_block(lines);
    if (log_bytes_ + block.size() > most_log_bytes) return wording_.of_plan.leave_out();
    log_bytes_ += block.size();
    comment_.add_folded(CheckWording::log_title(group), block);
  }

  void add_solutions(const InstallabilityList& list) {
    const bool regression = list.packages == &TargetReport::newly_uninstallable;
    each_target([&](const TargetReport& target, const TargetCheck&) {
      const auto& packages = target.*list.packages;
      const Phrase title = heading(list.title, target, packages.size());
      const std::string body = bullets(wording_.of_plan.explained(packages));
      regression ? comment_.add_open(title, body) : comment_.add_folded(title, body);
    });
  }

  void add_steps() {
    each_target([&](const TargetReport& target, const TargetCheck& check) {
      const StepTable steps = wording_.steps(target, check);
      if (steps.rows.empty()) return;
      comment_.add_folded(Phrase()
                              .strong("Steps")
                              .words(": ")
                              .append(built_counts({&check, 1}))
                              .words(", ")
                              .append(target_name(target)),
                          table(steps));
    });
  }

  std::string table(const StepTable& steps) {
    std::string text = "|";
    for (const std::string_view column : step_columns) text.append(" ").append(column).append(" |");
    text += "\n|:--|:--|--:|:--|\n";
    std::size_t told = 0;
    for (const StepRow& row : steps.rows) {
      std::string line = "| " + cell(prose(row.package)) + cell(prose(row.outcome)) +
                         cell(prose(row.time)) + cell(prose(row.why));
      line.back() = '\n';
      if (text.size() + line.size() > most_table_bytes) break;
      text += line;
      ++told;
    }
    const std::size_t rest = steps.rows.size() - told + steps.rest;
    if (rest == 0) return text;
    wording_.of_plan.leave_out();
    return text + "\nand " + grouped(rest) + " more\n";
  }

  const CheckReport& report_;
  OnlyTarget only_;
  std::span<const TargetReport> plans_;
  std::span<const TargetCheck> checks_;
  CheckWording wording_{markdown_plan_bounds, markdown_check_bounds};
  Comment comment_;
  std::size_t log_bytes_ = 0;
};

}  // namespace

std::string to_markdown(const CheckReport& report, std::string_view rest, OnlyTarget only) {
  return CheckComment(report, only).text(rest);
}

}  // namespace oxbow::report
