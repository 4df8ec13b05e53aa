#include "report/markdown.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "report/comment.h"
#include "report/phrase.h"
#include "report/wording.h"

namespace oxbow::report {
namespace {

constexpr Bounds markdown_bounds{
    .entries = 15, .packages = 40, .explained = 5, .constraints = 5, .names = 6};
constexpr std::size_t table_rows = 20;

std::string table(const Report& report) {
  const bool cache = report.cache_known;
  std::string text = std::string("| Target | Packages rebuilt | Layers | ") +
                     (cache ? "In the cache | " : "") +
                     "No longer installable | Now installable | Roots with a solution |\n" +
                     "|:--|--:|--:|" + (cache ? "--:|" : "") + "--:|--:|--:|\n";
  const std::size_t rows = std::min(table_rows, report.targets.size());
  for (const TargetReport& target : std::span(report.targets).first(rows)) {
    const std::size_t lost = target.newly_uninstallable.size();
    const RootCounts roots = target.roots.value_or(RootCounts());  // else there is nothing to tell
    text += "| " + cell(prose(target_name(target))) +
            cell(grouped(target.cone.packages_rebuilt())) + cell(grouped(target.cone.layers())) +
            (cache ? cell(grouped(count_cached(target.cone))) : "") +
            cell(lost > 0 ? "**" + grouped(lost) + "**" : "0") +
            cell(grouped(target.newly_installable.size())) + grouped(roots.solved) + " of " +
            grouped(roots.solved + roots.unsolved) + " |\n";
  }
  if (rows < report.targets.size()) {
    text += "\nand " + counted(report.targets.size() - rows, "more target") + "\n";
  }
  return text;
}

Phrase list_heading(std::string_view title, const TargetReport& target, std::size_t packages) {
  return Phrase()
      .strong(title)
      .words(": " + counted(packages, "package") + ", ")
      .append(target_name(target));
}

void add_installability(const Report& report, const InstallabilityList& list, Wording& wording,
                        Comment& comment) {
  const bool regression = list.packages == &TargetReport::newly_uninstallable;
  for (const TargetReport& target : report.targets) {
    const auto& packages = target.*list.packages;
    const Phrase heading = list_heading(list.title, target, packages.size());
    const std::string body = bullets(wording.explained(packages));
    regression ? comment.add_open(heading, body) : comment.add_folded(heading, body);
  }
}

}  // namespace

std::string to_markdown(const Report& report, std::string_view rest) {
  using enum plan::Level;
  Comment comment;
  Wording wording(markdown_bounds);
  comment.add(prose(summary(report)) + "\n");
  const auto is_plain = [](const TargetReport& target) { return is_untouched(target); };
  if (!std::ranges::all_of(report.targets, is_plain)) comment.add(table(report));
  add_installability(report, installability_lists.front(), wording, comment);
  const Lines grave = wording.findings(report.findings, {error, warning});
  if (!grave.empty()) comment.add_open(Phrase().strong("Findings"), code_block(grave));
  for (const TargetReport& target : report.targets) {
    comment.add_folded(list_heading("Rebuilt", target, target.cone.packages_rebuilt()),
                       bullets(wording.rebuilt(target.cone)));
  }
  for (const InstallabilityList& list : std::span(installability_lists).subspan(1)) {
    add_installability(report, list, wording, comment);
  }
  comment.add_folded(
      Phrase().strong("Changes").words(": " + counted(report.changes.size(), "package")),
      bullets(wording.changes(report)));
  const Lines notes = wording.findings(report.findings, {note});
  if (!notes.empty()) comment.add_folded(Phrase().strong("Notes"), code_block(notes));
  return std::move(comment).text(wording.left_something_out(), rest);
}

}  // namespace oxbow::report
