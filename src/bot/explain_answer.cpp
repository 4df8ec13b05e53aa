#include "bot/explain_answer.h"

#include <utility>
#include <variant>

#include "job/explain.h"
#include "report/comment.h"
#include "report/wording.h"

namespace oxbow::bot {
namespace {

using report::Line;
using report::Lines;
using report::Phrase;

constexpr report::Bounds bounds{
    .entries = 15, .packages = 40, .explained = 5, .constraints = 20, .names = 6};

Phrase heading(const job::Explained& explained, std::string_view what) {
  return Phrase()
      .quoted(explained.package.to_string())
      .words(what)
      .quoted(explained.target.compiler.to_string())
      .words(" on ")
      .quoted(explained.target.platform.to_string());
}

Lines refutation(const job::Explained& explained) {
  Lines lines;
  for (const job::JudgedConstraints& named : explained.refutation) {
    lines.push_back({0, Phrase().quoted(named.name)});
    for (const job::JudgedConstraint& constraint : named.constraints) {
      Line line{1, Phrase().quoted(constraint.text)};
      if (constraint.by_change) line.phrase.bad(" (the change touches this package)");
      lines.push_back(std::move(line));
    }
    for (const opam::PackageId& removed : named.removed) {
      lines.push_back({1, Phrase().words("the change removes ").quoted(removed.to_string())});
    }
  }
  return lines;
}

Lines path(const job::Explained& explained) {
  report::Wording wording(bounds);
  report::Report touched;
  touched.changes = explained.origin;
  Lines lines = wording.changes(touched);
  for (const plan::ConeLayer& layer : explained.path) {
    lines.push_back({0, Phrase()
                            .quoted(layer.package.to_string())
                            .words(": ")
                            .append(report::because(layer.because, bounds.names))});
  }
  return lines;
}

std::string told(const job::Explained& explained) {
  std::string text;
  if (!explained.solved) {
    text += report::prose(heading(explained, " has no solution for ")) + ":\n\n" +
            report::bullets(refutation(explained));
  }
  if (!explained.path.empty()) {
    text += report::prose(heading(explained, " is rebuilt for ")) + ":\n\n" +
            report::bullets(path(explained));
  } else if (explained.solved) {
    text += report::prose(heading(explained, " is not rebuilt for ")) + ".\n";
  }
  return text;
}

std::string refused(std::string_view why) {
  return "This cannot be explained:\n\n" + report::code_block({{0, Phrase().quoted(why)}});
}

}  // namespace

std::string ExplainAnswer::operator()(const store::Run& run, std::string_view package) {
  const auto change = open_change(run, *settings_, *mirrors_);
  if (!change) return refused(change.error().message);
  if (const auto* const untestable = std::get_if<Untestable>(&*change)) {
    return refused(untestable->why);
  }
  const auto all = explain(std::get<job::PlanRequest>(*change), package, *loader_);
  if (!all) return refused(all.error().message);
  std::string text;
  for (const job::Explained& explained : *all) text += (text.empty() ? "" : "\n") + told(explained);
  return text;
}

}  // namespace oxbow::bot
