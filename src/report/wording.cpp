#include "report/wording.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "plan/change.h"
#include "report/rebuilt.h"

namespace oxbow::report {
namespace {

std::string and_more(std::size_t number) { return "and " + grouped(number) + " more"; }

// Puts "a, b and c" or "a, b and 7 more" together.
class Enumeration {
 public:
  Enumeration(std::size_t size, std::size_t at_most)
      : size_(size), told_(size <= at_most ? size : at_most) {}

  bool full() const { return next_ == told_; }

  void add(const Phrase& element) {
    if (next_ > 0) phrase_.words(next_ + 1 == size_ ? " and " : ", ");
    phrase_.append(element);
    ++next_;
  }

  Phrase phrase() && {
    if (told_ == 0 && size_ > 0) return std::move(phrase_.words(grouped(size_)));
    if (told_ < size_) phrase_.words(" " + and_more(size_ - told_));
    return std::move(phrase_);
  }

 private:
  std::size_t size_;
  std::size_t told_;
  std::size_t next_ = 0;
  Phrase phrase_;
};

template <typename Range, typename Each>
Phrase enumerate(const Range& elements, std::size_t at_most, const Each& each) {
  Enumeration enumeration(elements.size(), at_most);
  for (std::size_t i = 0; i < elements.size() && !enumeration.full(); ++i) {
    enumeration.add(each(i));
  }
  return std::move(enumeration).phrase();
}

Phrase choice(const plan::Because& because, std::size_t at_most) {
  // As `former` has it: the version itself where it is chosen no more, which those are that come
  // last.
  const auto is_gone = [&](std::size_t i) {
    return i < because.former.size() && because.former[i] == because.packages[i];
  };
  const bool all_gone = !because.packages.empty() && is_gone(0);
  return Phrase()
      .words(all_gone ? "the solver no longer chooses " : "the solver now chooses ")
      .append(enumerate(because.packages, at_most, [&](std::size_t i) {
        Phrase phrase;
        if (is_gone(i) && !all_gone) phrase.words("no longer ");
        phrase.quoted(because.packages[i].to_string());
        if (i < because.former.size() && because.former[i] && !is_gone(i)) {
          phrase.words(" instead of ").quoted(because.former[i]->to_string());
        }
        return phrase;
      }));
}

std::size_t count_packages(std::span<const TargetReport> targets,
                           std::vector<plan::Installability> TargetReport::* which) {
  std::set<opam::PackageId> packages;
  for (const TargetReport& target : targets) {
    for (const plan::Installability& each : target.*which) packages.insert(each.package);
  }
  return packages.size();
}

std::size_t count_findings(const Report& report, plan::Level level) {
  return static_cast<std::size_t>(
      std::ranges::count(report.findings, level, &plan::Finding::level));
}

// "3 packages in 4 layers, 1 of them in the cache".
Phrase rebuilt_counts(const TargetReport& target, bool cache_known) {
  Phrase phrase;
  phrase.strong(counted(target.cone.packages_rebuilt(), "package"))
      .words(" in ")
      .strong(counted(target.cone.layers(), "layer"));
  if (cache_known) {
    phrase.words(", " + grouped(count_cached(target.cone)) + " of them in the cache");
  }
  return phrase;
}

void summarise_targets(std::span<const TargetReport> targets, bool cache_known, Phrase& phrase) {
  if (targets.empty()) {
    phrase.words("No target is configured.");
    return;
  }
  const auto most = std::ranges::max_element(targets, {}, [](const TargetReport& target) {
    return std::pair(target.cone.packages_rebuilt(), target.cone.layers());
  });
  if (most->cone.added.empty()) {
    phrase.words("This change rebuilds nothing.");
    return;
  }
  const bool several = targets.size() > 1;
  phrase.words(several ? "This change rebuilds up to " : "This change rebuilds ")
      .append(rebuilt_counts(*most, cache_known))
      .words(several ? ", on " + counted(targets.size(), "target") + "." : ".");
}

void summarise_solutions(std::span<const TargetReport> targets, Phrase& phrase) {
  if (const std::size_t lost = count_packages(targets, &TargetReport::newly_uninstallable)) {
    phrase.words(" ").bad(counted(lost, "package")).words(" can no longer be installed.");
  }
  if (const std::size_t gained = count_packages(targets, &TargetReport::newly_installable)) {
    phrase.words(" ").strong(counted(gained, "package")).words(" can be installed now.");
  }
  if (const std::size_t without = count_packages(targets, &TargetReport::added_uninstallable)) {
    phrase.words(" ").strong(counted(without, "new package")).words(" cannot be installed.");
  }
}

void summarise_findings(const Report& report, Phrase& phrase) {
  std::vector<Phrase> counts;
  for (const plan::Level level : {plan::Level::error, plan::Level::warning, plan::Level::note}) {
    const std::size_t number = count_findings(report, level);
    if (number == 0) continue;
    const auto style = level == plan::Level::error ? Style::bad : Style::strong;
    counts.emplace_back().add(style, counted(number, name(level)));
  }
  if (counts.empty()) return;
  phrase.words(" Its files have ")
      .append(enumerate(counts, counts.size(), [&](std::size_t i) { return counts[i]; }))
      .words(".");
}

}  // namespace

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string counted(std::size_t number, std::string_view noun) {
  return grouped(number).append(" ").append(noun).append(number == 1 ? "" : "s");
}

std::size_t count_cached(const plan::Cone& cone) {
  return static_cast<std::size_t>(std::ranges::count(cone.added, true, &plan::ConeLayer::cached));
}

Phrase target_name(const TargetReport& target) {
  return Phrase()
      .quoted(target.target.compiler.to_string())
      .words(" on ")
      .quoted(target.target.platform.to_string());
}

bool is_untouched(const TargetReport& target) {
  return target.cone.added.empty() && target.cone.removed.empty() &&
         std::ranges::all_of(installability_lists, [&](const InstallabilityList& list) {
           return (target.*list.packages).empty();
         });
}

Phrase target_counts(const TargetReport& target, bool cache_known) {
  Phrase phrase;
  if (target.cone.added.empty()) {
    phrase.words("rebuilds nothing");
  } else {
    phrase.words("rebuilds ").append(rebuilt_counts(target, cache_known));
  }
  const auto undefined = static_cast<std::size_t>(std::ranges::count_if(
      target.cone.added, [](const plan::ConeLayer& layer) { return !layer.build_id; }));
  if (undefined > 0) phrase.words(", " + grouped(undefined) + " without a build-id");
  if (const std::size_t removed = target.cone.removed.size()) {
    phrase.words("; " + counted(removed, "layer") + " no longer needed");
  }
  if (!target.roots) return phrase;
  const auto& [solved, unsolved] = *target.roots;
  return phrase.words("; " + grouped(solved) + " of " + counted(solved + unsolved, "root") +
                      (solved == 1 ? " has" : " have") + " a solution");
}

Phrase summary(const Report& report, OnlyTarget only) {
  const auto targets = of_targets(report.targets, only);
  Phrase phrase;
  summarise_targets(targets, report.cache_known, phrase);
  summarise_solutions(targets, phrase);
  summarise_findings(report, phrase);
  return phrase;
}

Phrase because(const plan::Because& because, std::size_t at_most) {
  switch (because.cause) {
    case plan::Cause::changed: return Phrase().words("changed directly");
    case plan::Cause::chosen: return Phrase().words("newly selected by the solver");
    case plan::Cause::choice: return choice(because, at_most);
    case plan::Cause::dependency:
      if (because.packages.empty()) return Phrase().words("because of many packages");
      return Phrase()
          .words("because of ")
          .append(enumerate(because.packages, at_most, [&](std::size_t i) {
            return Phrase().quoted(because.packages[i].to_string());
          }));
  }
  std::abort();
}

std::size_t Wording::within(std::size_t bound, std::size_t size) {
  if (size > bound) left_something_out_ = true;
  return std::min(bound, size);
}

void Wording::add_rest(std::size_t level, std::size_t told, std::size_t size, Lines& lines) {
  if (told == size) return;
  left_something_out_ = true;
  lines.push_back({level, Phrase().words(and_more(size - told)), false});
}

Phrase Wording::list(std::span<const opam::PackageId> packages, std::size_t at_most) {
  return enumerate(packages, within(at_most, packages.size()),
                   [&](std::size_t i) { return Phrase().quoted(packages[i].to_string()); });
}

Phrase Wording::change(const plan::Change& change) {
  Phrase phrase;
  phrase.strong(name(change.kind)).words(" ").quoted(change.package.to_string());
  if (change.former) phrase.words(", which was ").quoted(change.former->to_string());
  if (!change.fields.empty()) {
    phrase.words(change.fields.size() == 1 ? ", field " : ", fields ")
        .append(enumerate(change.fields, within(bounds_.names, change.fields.size()),
                          [&](std::size_t i) { return Phrase().quoted(change.fields[i]); }));
  }
  if (!change.files.empty()) {
    phrase.words(change.files.size() == 1 ? ", file " : ", files ")
        .append(
            enumerate(change.files, within(bounds_.names, change.files.size()), [&](std::size_t i) {
              const plan::FileChange& file = change.files[i];
              return Phrase().quoted(file.path).words(" ").words(name(file.kind));
            }));
  }
  if (!change.affects_build) phrase.words(": affects no build");
  return phrase;
}

Lines Wording::changes(const Report& report) {
  Lines lines;
  std::map<plan::ChangeKind, std::size_t> generated;
  std::size_t others = 0;
  for (const plan::Change& each : report.changes) {
    if (plan::is_generated(each.package)) {
      ++generated[each.kind];
    } else if (others++ < bounds_.entries) {
      lines.push_back({0, change(each), true});
    }
  }
  add_rest(0, lines.size(), others, lines);
  for (const auto& [kind, number] : generated) {
    lines.push_back(
        {0,
         Phrase().strong(name(kind)).words(" ").words(counted(number, "generated guard package")),
         false});
  }
  if (report.other_paths > 0) {
    lines.push_back({0,
                     Phrase().strong("changed").words(" ").words(
                         counted(report.other_paths, "file") + " outside packages/"),
                     false});
  }
  return lines;
}

Lines Wording::findings(const std::vector<plan::Finding>& findings,
                        std::initializer_list<plan::Level> levels) {
  Lines lines;
  std::size_t told = 0;
  std::size_t size = 0;
  for (const plan::Finding& finding : findings) {
    if (std::ranges::find(levels, finding.level) == levels.end()) continue;
    if (size++ >= bounds_.entries) continue;
    ++told;
    Phrase place;
    place.quoted(finding.path).words(":" + std::to_string(finding.line) + ": ");
    place.add(finding.level == plan::Level::error ? Style::bad : Style::strong,
              name(finding.level));
    lines.push_back({0, place.words(": ").quoted(finding.message), false});
    for (std::string_view rest = finding.excerpt; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      lines.push_back({1, Phrase().quoted(line), false});
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }
  add_rest(0, told, size, lines);
  return lines;
}

void Wording::explanation(const solve::Explanation& explanation, Lines& lines) {
  const std::size_t names = within(bounds_.constraints, explanation.size());
  for (const solve::NamedConstraints& named : std::span(explanation).first(names)) {
    lines.push_back({1, Phrase().quoted(named.name).words(":"), false});
    const std::size_t told = within(bounds_.constraints, named.constraints.size());
    for (const solve::Constraint& constraint : std::span(named.constraints).first(told)) {
      lines.push_back({2, Phrase().quoted(constraint.text), false});
    }
    add_rest(2, told, named.constraints.size(), lines);
  }
  add_rest(1, names, explanation.size(), lines);
}

Lines Wording::explained(const std::vector<plan::Installability>& packages) {
  Lines lines;
  const std::size_t told = within(bounds_.explained, packages.size());
  for (const plan::Installability& each : std::span(packages).first(told)) {
    lines.push_back({0, Phrase().quoted(each.package.to_string()), false});
    explanation(each.explanation, lines);
  }
  std::vector<opam::PackageId> others;
  for (const plan::Installability& each : std::span(packages).subspan(told)) {
    others.push_back(each.package);
  }
  if (!others.empty()) lines.push_back({0, list(others, bounds_.packages), true});
  return lines;
}

Lines Wording::rebuilt(const plan::Cone& cone) {
  Lines lines;
  const Rebuilt rebuilt = report::rebuilt(cone);
  const std::size_t told = within(bounds_.entries, rebuilt.groups.size());
  for (const RebuiltGroup& group : std::span(rebuilt.groups).first(told)) {
    within(bounds_.names, group.because.packages.size());
    lines.push_back({0,
                     because(group.because, bounds_.names)
                         .words(": ")
                         .strong(counted(group.packages.size(), "package")),
                     true});
    lines.push_back({1, list(group.packages, bounds_.packages), true});
  }
  std::size_t others = 0;
  for (const RebuiltGroup& group : std::span(rebuilt.groups).subspan(told)) {
    others += group.packages.size();
  }
  if (others > 0) {
    const std::size_t reasons = rebuilt.groups.size() - told;
    lines.push_back({0,
                     Phrase()
                         .words("for " + counted(reasons, "other reason") + ": ")
                         .strong(counted(others, "package")),
                     false});
  }
  if (rebuilt.generated > 0) {
    lines.push_back(
        {0, Phrase().strong(counted(rebuilt.generated, "generated guard package")), false});
  }
  return lines;
}

}  // namespace oxbow::report
