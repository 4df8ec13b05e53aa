#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "opam/package_id.h"
#include "plan/cone.h"
#include "plan/finding.h"
#include "plan/installability.h"
#include "report/phrase.h"
#include "report/report.h"

/// What a report says in words. Every renderer takes them from here, so that a comment, a terminal
/// and JSON do not say the same thing in three ways.
namespace oxbow::report {

/// A number with its thousands apart: "4,756".
std::string grouped(std::size_t number);

/// With its noun: "1 package", "4,756 packages".
std::string counted(std::size_t number, std::string_view noun);

/// How many of the layers that a cone adds the cache holds.
std::size_t count_cached(const plan::Cone& cone);

/// "ocaml-variants.5.2.0+ox on debian-12-x86_64".
Phrase target_name(const TargetReport& target);

/// What is rebuilt for a target, and how many roots have a solution there.
Phrase target_counts(const TargetReport& target, bool cache_known);

/// Whether there is nothing to say about a target beyond its name.
bool is_untouched(const TargetReport& target);

/// A list of packages that gained or lost a solution, and what it is called.
struct InstallabilityList {
  std::string_view title;
  std::vector<plan::Installability> TargetReport::* packages;
};

/// All of them, the regressions first.
inline constexpr std::array installability_lists = {
    InstallabilityList{"No longer installable", &TargetReport::newly_uninstallable},
    InstallabilityList{"Added and uninstallable", &TargetReport::added_uninstallable},
    InstallabilityList{"Now installable, and what stood in the way",
                       &TargetReport::newly_installable}};

/// The whole report in a line or two, or what it says of one target.
Phrase summary(const Report& report, OnlyTarget only = {});

/// Why something is rebuilt, naming at most so many packages: "because of ocaml.5.2.0". A
/// dependency without packages is one of many.
Phrase because(const plan::Because& because,
               std::size_t at_most = std::numeric_limits<std::size_t>::max());

/// How much is told of a long list before "and 4,712 more".
struct Bounds {
  std::size_t entries;      ///< changes, findings, groups of rebuilt packages
  std::size_t packages;     ///< of a group, or without a solution
  std::size_t explained;    ///< packages without a solution that are explained as well
  std::size_t constraints;  ///< names in an explanation, and constraints on each of them
  std::size_t names;        ///< fields or files of a change, packages in a reason
};

/// Wording words the lists of a report within bounds, and remembers whether it left anything out.
class Wording {
 public:
  explicit Wording(const Bounds& bounds) : bounds_(bounds) {}

  /// What the change did to each package.
  Lines changes(const Report& report);

  /// The findings of these levels, each as "path:line: level: message" above its excerpt.
  Lines findings(const std::vector<plan::Finding>& findings,
                 std::initializer_list<plan::Level> levels);

  /// Packages, and the constraints that refute the first of them, by the name they are on.
  Lines explained(const std::vector<plan::Installability>& packages);

  /// The packages of a cone, by why they are rebuilt.
  Lines rebuilt(const plan::Cone& cone);

  /// "a.1, b.1 and 7 more".
  Phrase list(std::span<const opam::PackageId> packages, std::size_t at_most);

  /// How many of a list are told, and the line that counts the rest, if there is any.
  std::size_t within(std::size_t bound, std::size_t size);
  void add_rest(std::size_t level, std::size_t told, std::size_t size, Lines& lines);

  /// Whether anything was left out, here or by a renderer that says so.
  bool left_something_out() const { return left_something_out_; }
  void leave_out() { left_something_out_ = true; }

 private:
  Phrase change(const plan::Change& change);
  void explanation(const solve::Explanation& explanation, Lines& lines);

  Bounds bounds_;
  bool left_something_out_ = false;
};

/// Where the rest is, for a report that left something out: told by a command, or by the bot, whose
/// texts name the run's page anyway.
inline constexpr std::string_view whole_report = "Long lists are cut short: --format json has all.";
inline constexpr std::string_view whole_run = "Long lists are cut short: the run's page has all.";

}  // namespace oxbow::report
