#pragma once

#include <array>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/check_report.h"
#include "report/failure_groups.h"
#include "report/phrase.h"
#include "report/wording.h"

/// What `oxbow check` says in words, for every renderer alike.
namespace oxbow::report {

/// A key as far as people compare it.
std::string_view short_key(std::string_view key);

/// The verdict in a line: of the whole report, or of one target.
Phrase summary(const CheckReport& report, OnlyTarget only = {});

/// "31 built, 98 cached, 3 not built".
Phrase built_counts(std::span<const TargetCheck> targets);

/// Whether there is nothing to say about a target beyond its name.
bool is_untouched(const TargetReport& target, const TargetCheck& check);

/// Roots of a verdict that are told with what failed, and its log.
struct FailureList {
  std::string_view title;
  verdict::Verdict verdict;
};
inline constexpr FailureList regressions{"Regressed", verdict::Verdict::regressed};
inline constexpr FailureList new_failures{"New, and failing to build",
                                          verdict::Verdict::added_failing};
inline constexpr FailureList unknown_failures{"Failing, and not known whether the base does",
                                              verdict::Verdict::unknown};

/// Roots of a verdict that are told by name alone.
struct NameList {
  std::string_view title;
  std::vector<opam::PackageId> packages;
};
std::vector<NameList> name_lists(const TargetCheck& check);

/// What heads the layers with an internal error.
inline constexpr std::string_view trouble_title =
    "Infrastructure errors (not caused by this change)";

/// A step in the table of all of them.
struct StepRow {
  Phrase package;
  Phrase outcome;
  Phrase time;
  Phrase why;
};
struct StepTable {
  std::vector<StepRow> rows;
  std::size_t rest = 0;  ///< steps that are not told
};
inline constexpr std::array<std::string_view, 4> step_columns = {"Package", "Outcome", "Time",
                                                                 "Why"};

/// How much is told of a long list before "and 4,712 more".
struct CheckBounds {
  std::size_t groups;     ///< of failures; layers with trouble
  std::size_t failures;   ///< of a group
  std::size_t names;      ///< of roots in a row
  std::size_t log_lines;  ///< of a log's end
  std::size_t steps;      ///< rows of the table
};

/// CheckWording words the lists of a report within bounds; `of_plan` words those of the plan, and
/// remembers for both whether anything was left out.
class CheckWording {
 public:
  CheckWording(const Bounds& bounds, const CheckBounds& check_bounds)
      : of_plan(bounds), bounds_(check_bounds) {}

  Wording of_plan;

  /// As many of the groups as are told.
  std::vector<FailureGroup> groups(const TargetCheck& check, const FailureList& list);

  /// The layers that failed alike, each with what it takes with it and how to see it fail.
  Lines failures(const FailureGroup& group);

  /// The end of the log of the first failure of a group, and what heads it; no lines if there is
  /// no log, or it was told before.
  Lines log(const FailureGroup& group);
  static Phrase log_title(const FailureGroup& group);

  Lines trouble(const TargetCheck& check);
  Lines names(const NameList& list);

  /// What was run, or was to be run, or failed before: first what failed.
  StepTable steps(const TargetReport& target, const TargetCheck& check);

 private:
  void failure(const Failure& failure, std::size_t level, const Phrase& what, Lines& lines);

  CheckBounds bounds_;
  std::set<const BuiltLayer*> logs_told_;
};

}  // namespace oxbow::report
