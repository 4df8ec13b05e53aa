#include "report/check_wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/duration.h"
#include "report/build_log.h"

namespace oxbow::report {
namespace {

using verdict::Outcome;
using verdict::Verdict;

constexpr std::size_t names_in_reason = 3;

using Packages = std::set<opam::PackageId>;

// What regressed itself and what with it, over all targets.
struct Regressed {
  Packages failed;
  Packages dependents;
};

Regressed regressed(std::span<const TargetCheck> targets) {
  Regressed regressed;
  Packages roots;
  for (const TargetCheck& target : targets) {
    for (const FailureGroup& group : failure_groups(target, Verdict::regressed)) {
      for (const Failure& failure : group.failures) {
        if (failure.layer != nullptr) regressed.failed.insert(failure.layer->package);
        roots.insert(failure.dependents.begin(), failure.dependents.end());
      }
    }
  }
  std::ranges::set_difference(roots, regressed.failed,
                              std::inserter(regressed.dependents, regressed.dependents.end()));
  return regressed;
}

bool fails_unknown(const RootCheck& root) {
  return root.verdict() == Verdict::unknown && verdict::is_failure(root.head);
}

template <typename Predicate>
std::size_t count_roots(std::span<const TargetCheck> targets, const Predicate& counts) {
  Packages roots;
  for (const TargetCheck& target : targets) {
    for (const RootCheck& root : target.roots) {
      if (counts(root)) roots.insert(root.package);
    }
  }
  return roots.size();
}

std::size_t count_roots(std::span<const TargetCheck> targets, Verdict verdict) {
  return count_roots(targets, [&](const RootCheck& root) { return root.verdict() == verdict; });
}

std::size_t count_uninstallable(std::span<const TargetReport> targets) {
  Packages roots;
  for (const TargetReport& target : targets) {
    for (const plan::Installability& each : target.newly_uninstallable) roots.insert(each.package);
  }
  return roots.size();
}

// Those above a layer with trouble have the same outcome, and name it.
bool has_trouble(const BuiltLayer& layer) {
  return layer.outcome == Outcome::internal_error && layer.failed_key.empty();
}

std::size_t count_trouble(std::span<const TargetCheck> targets) {
  std::size_t number = 0;
  for (const TargetCheck& target : targets) {
    number += static_cast<std::size_t>(std::ranges::count_if(target.layers, has_trouble) +
                                       std::ranges::count_if(target.base_layers, has_trouble));
  }
  return number;
}

std::string spaced(std::string_view name) {
  std::string words(name);
  std::ranges::replace(words, '_', ' ');
  return words;
}

// "dune.3.20.2+ox (3f2a91bc04d1)".
Phrase layer_name(const BuiltLayer& layer) {
  return Phrase()
      .quoted(layer.package.to_string())
      .words(" (")
      .quoted(short_key(layer.key))
      .words(")");
}

Phrase what_failed(const FailureGroup& group) {
  const BuiltLayer* const layer = group.failures.front().layer;
  if (layer == nullptr) return Phrase().words("a layer outside this check failed");
  if (layer->outcome == Outcome::timed_out) {
    return Phrase().words("timed out" +
                          (layer->seconds > 0 ? " after " + duration_text(layer->seconds) : ""));
  }
  if (group.error.empty()) return Phrase().words("no error message found in its log");
  return Phrase().quoted(group.error);
}

std::string outcome_words(Outcome outcome) {
  return outcome == Outcome::internal_error ? "infrastructure error" : spaced(name(outcome));
}

// What failed comes first, and what was not tried last.
int weight(const BuiltLayer& layer) {
  switch (layer.outcome) {
    case Outcome::failure:
    case Outcome::timed_out: return 0;
    case Outcome::internal_error: return 1;
    case Outcome::success: return 2;
    case Outcome::dependency_failed:
    case Outcome::no_solution:
    case Outcome::cancelled: return 3;
  }
  std::abort();
}

struct Step {
  const BuiltLayer* layer;
  bool of_base;
};

std::vector<Step> steps_of(const TargetCheck& check) {
  std::vector<Step> steps;
  const auto add = [&](const std::vector<BuiltLayer>& layers, bool of_base) {
    for (const BuiltLayer& layer : layers) {
      if (!layer.cached || layer.outcome != Outcome::success) steps.push_back({&layer, of_base});
    }
  };
  add(check.layers, false);
  add(check.base_layers, true);
  std::ranges::stable_sort(steps, {}, [](const Step& step) { return weight(*step.layer); });
  return steps;
}

}  // namespace

std::string_view short_key(std::string_view key) { return key.substr(0, 12); }

Phrase built_counts(std::span<const TargetCheck> targets) {
  std::size_t built = 0;
  std::size_t cached = 0;
  std::size_t not_built = 0;
  std::size_t of_base = 0;
  for (const TargetCheck& target : targets) {
    for (const BuiltLayer& layer : target.layers) {
      ++(layer.cached ? cached : verdict::is_lasting(layer.outcome) ? built : not_built);
    }
    of_base += static_cast<std::size_t>(
        std::ranges::count_if(target.base_layers, [](const BuiltLayer& layer) {
          return !layer.cached && verdict::is_lasting(layer.outcome);
        }));
  }
  Phrase phrase;
  phrase.words(grouped(built) + " built, " + grouped(cached) + " cached");
  if (not_built > 0) phrase.words(", " + grouped(not_built) + " not built");
  if (of_base > 0) phrase.words(", " + grouped(of_base) + " built on the base for comparison");
  return phrase;
}

Phrase summary(const CheckReport& report, OnlyTarget only) {
  const auto targets = of_targets(report.targets, only);
  const auto [failed, dependents] = regressed(targets);
  std::vector<Phrase> counts;
  const auto add = [&](Style style, std::size_t number, std::string_view what) {
    if (number > 0) counts.emplace_back().add(style, grouped(number)).words(" ").words(what);
  };
  add(Style::bad, failed.size(), "regressed");
  add(Style::bad, dependents.size(),
      dependents.size() == 1 ? "reverse dependency not built" : "reverse dependencies not built");
  if (counts.empty()) {
    counts.emplace_back().words(report.interrupted ? "nothing regressed" : "Nothing regressed");
  }
  add(Style::bad, count_uninstallable(of_targets(report.plan.targets, only)),
      "no longer installable");
  add(Style::bad, count_roots(targets, Verdict::added_failing), "new and failing");
  add(Style::strong, count_trouble(targets), "not built (infrastructure error)");
  add(Style::strong, count_roots(targets, fails_unknown), "failing, base result unknown");
  add(Style::words, count_roots(targets, Verdict::still_failing), "still failing");
  add(Style::strong, count_roots(targets, Verdict::fixed), "fixed");
  Phrase phrase;
  if (report.interrupted) phrase.bad("Interrupted").words(": ");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    phrase.words(i > 0 ? ", " : "").append(counts[i]);
  }
  phrase.words("; ").append(built_counts(targets));
  if (report.limit) phrase.words(" (--limit " + std::to_string(*report.limit) + ")");
  return phrase.words(", " + duration_text(report.seconds) + ".");
}

bool is_untouched(const TargetReport& target, const TargetCheck& check) {
  return is_untouched(target) && steps_of(check).empty() &&
         std::ranges::all_of(check.roots, [](const RootCheck& root) {
           return root.verdict() == Verdict::unchanged;
         });
}

std::vector<NameList> name_lists(const TargetCheck& check) {
  std::vector<NameList> lists;
  const auto add = [&](Verdict verdict, std::string_view title) {
    NameList list{title, {}};
    for (const RootCheck& root : check.roots) {
      if (root.verdict() == verdict && !fails_unknown(root)) list.packages.push_back(root.package);
    }
    if (!list.packages.empty()) lists.push_back(std::move(list));
  };
  add(Verdict::unknown, "Result unknown: not built");
  for (const Verdict verdict :
       {Verdict::still_failing, Verdict::fixed, Verdict::added, Verdict::removed}) {
    add(verdict, title(verdict));
  }
  return lists;
}

std::vector<FailureGroup> CheckWording::groups(const TargetCheck& check, const FailureList& list) {
  std::vector<FailureGroup> groups = failure_groups(check, list.verdict);
  groups.resize(of_plan.within(bounds_.groups, groups.size()));
  return groups;
}

void CheckWording::failure(const Failure& failure, std::size_t level, const Phrase& what,
                           Lines& lines) {
  if (failure.layer == nullptr) {
    lines.push_back({level, what, false});
  } else {
    Phrase phrase = layer_name(*failure.layer);
    if (!what.pieces().empty()) phrase.words(": ").append(what);
    lines.push_back({level, std::move(phrase), false});
  }
  if (!failure.dependents.empty()) {
    lines.push_back({level + 1,
                     Phrase()
                         .words("not built because of this: ")
                         .append(of_plan.list(failure.dependents, bounds_.names)),
                     true});
  }
  if (failure.layer != nullptr && !failure.layer->reproduce.empty()) {
    lines.push_back(
        {level + 1, Phrase().words("to investigate: ").quoted(failure.layer->reproduce), false});
  }
}

Lines CheckWording::failures(const FailureGroup& group) {
  Lines lines;
  const Phrase what = what_failed(group);
  const std::size_t size = group.failures.size();
  if (size == 1) {
    failure(group.failures.front(), 0, what, lines);
    return lines;
  }
  lines.push_back(
      {0, Phrase().strong(counted(size, "package")).words(" fail the same way: ").append(what),
       false});
  const std::size_t told = of_plan.within(bounds_.failures, size);
  for (const Failure& each : std::span(group.failures).first(told)) failure(each, 1, {}, lines);
  of_plan.add_rest(1, told, size, lines);
  return lines;
}

Lines CheckWording::log(const FailureGroup& group) {
  Lines lines;
  const BuiltLayer* const layer = group.failures.front().layer;
  if (layer == nullptr || !logs_told_.insert(layer).second) return lines;
  for (const std::string& line : tail(layer->log_tail, bounds_.log_lines)) {
    lines.push_back({0, Phrase().quoted(line), false});
  }
  return lines;
}

Phrase CheckWording::log_title(const FailureGroup& group) {
  Phrase phrase;
  phrase.words("end of the log");
  if (const BuiltLayer* const layer = group.failures.front().layer) {
    phrase.words(" of ").quoted(layer->package.to_string());
  }
  return phrase;
}

Lines CheckWording::trouble(const TargetCheck& check) {
  Lines lines;
  std::size_t size = 0;
  const auto add = [&](const std::vector<BuiltLayer>& layers, std::string_view of_base) {
    for (const BuiltLayer& layer : layers) {
      if (!has_trouble(layer) || size++ >= bounds_.groups) continue;
      Phrase phrase = layer_name(layer).words(of_base).words(": ");
      phrase.strong(layer.trouble == verdict::Trouble::none ? "infrastructure error"
                                                            : spaced(name(layer.trouble)));
      if (!layer.message.empty()) phrase.words(": ").quoted(layer.message);
      if (layer.attempts > 1) phrase.words(", tried " + counted(layer.attempts, "time"));
      lines.push_back({0, std::move(phrase), false});
    }
  };
  add(check.layers, "");
  add(check.base_layers, " of the base");
  of_plan.add_rest(0, lines.size(), size, lines);
  return lines;
}

Lines CheckWording::names(const NameList& list) {
  return {{0, of_plan.list(list.packages, bounds_.names), true}};
}

StepTable CheckWording::steps(const TargetReport& target, const TargetCheck& check) {
  std::map<std::string_view, const plan::Because*> becauses;
  for (const plan::ConeLayer& layer : target.cone.added) becauses[layer.key] = &layer.because;
  const std::vector<Step> steps = steps_of(check);
  const std::size_t told = of_plan.within(bounds_.steps, steps.size());
  StepTable table{{}, steps.size() - told};
  for (const auto& [layer, of_base] : std::span(steps).first(told)) {
    const auto because = becauses.find(layer->key);
    StepRow row;
    row.package.quoted(layer->package.to_string());
    row.outcome.add(weight(*layer) == 0 ? Style::bad : Style::words, outcome_words(layer->outcome));
    if (layer->cached) row.outcome.words(", cached");
    if (layer->seconds > 0) row.time.words(duration_text(layer->seconds));
    if (of_base) {
      row.why.words("base build, for comparison");
    } else if (because != becauses.end()) {
      row.why = report::because(*because->second, names_in_reason);
    } else if (!layer->in_cone) {
      row.why.words(layer->cached ? "dependency" : "dependency missing from the cache");
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace oxbow::report
