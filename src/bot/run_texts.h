#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/finding.h"
#include "report/check_report.h"
#include "report/report.h"
#include "store/run_results.h"
#include "verdict/conclusion.h"

/// What the bot tells of a run on GitHub: the comment of a pull request and the outputs of its
/// check runs, in GitHub's Markdown. As in markdown.h, nothing untrusted stands outside a code span
/// or block, and no text is longer than `markdown_bytes`.
namespace oxbow::bot {

/// Where a run stands when it is told of.
enum class Stage : std::uint8_t {
  analysed,  ///< there is nothing to build, or nothing is built by this bot
  draft,     ///< builds begin when the pull request is ready for review
  awaiting_approval,
  building,
  built,
  stopped,
};

/// What is known of a run beside its report.
struct RunFacts {
  Stage stage = Stage::analysed;
  std::string page;                       ///< the address of the run's page; may be empty
  std::string head;                       ///< commit
  std::vector<double> estimated_seconds;  ///< of building, by target; 0 is not known
  std::string why;                        ///< of Stage::stopped
};

/// The first line of a pull request's comment, which nobody sees: by it the comment is found.
inline constexpr std::string_view comment_marker = "<!-- oxbow: pull request -->";

/// What the run of a pull request has found so far, as its one comment.
std::string to_comment(const report::Report& report, const RunFacts& facts);
std::string to_comment(const report::CheckReport& report, const RunFacts& facts);

/// The comment where there is no report: the head cannot be merged, or an infrastructure error.
std::string trouble_comment(std::string_view error, const RunFacts& facts);

/// How many packages and layers each target rebuilds, and in how long: a line each, and one for
/// all where there are several.
std::string counts_text(const report::Report& report, const RunFacts& facts);

/// The buttons that a check run may have.
enum class CheckButton : std::uint8_t { rerun, rerun_failed, approve };

/// CheckOutput is what a check run shows. Its title is plain text.
struct CheckOutput {
  std::optional<verdict::Conclusion> conclusion;  ///< of what is completed
  std::string title;
  std::string summary;
  std::string text;
  std::vector<plan::Finding> annotations;
  std::vector<CheckButton> buttons;
};

/// Of the analysis.
CheckOutput analysis_output(const report::Report& report, const RunFacts& facts);
/// Of an analysis that came to no report. One that is `ours` says nothing of the change.
enum class Whose : std::uint8_t { ours, the_changes };
CheckOutput trouble_output(std::string_view error, Whose whose, const RunFacts& facts);

/// Of one target: before its layers are built (the stage says what it waits for) and after.
CheckOutput waiting_output(const report::TargetReport& target, const RunFacts& facts);
CheckOutput target_output(const report::CheckReport& report, std::size_t target,
                          const RunFacts& facts);

/// How far the builds of a target are.
struct BuildCounts {
  std::size_t layers = 0;
  std::size_t cached = 0;
  std::size_t done = 0;
  std::size_t failed = 0;
  std::vector<std::string> running;  ///< packages
  double seconds_left = 0;           ///< 0 is not known
};
CheckOutput progress_output(const BuildCounts& counts, const RunFacts& facts);

/// The names of the checks of targets: "oxbow / 5.2.0+ox · debian-12-x86_64" (opam::short_names).
std::vector<std::string> target_check_names(std::string_view prefix,
                                            const std::vector<report::TargetReport>& targets);
std::vector<std::string> target_check_names(std::string_view prefix,
                                            const std::vector<store::RunTarget>& targets);
std::string analysis_check_name(std::string_view prefix);

}  // namespace oxbow::bot
