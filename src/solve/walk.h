#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "solve/domains.h"
#include "solve/problem.h"

namespace oxbow::solve {

/// The order of decisions: depth-first from the starts through what decided variables require,
/// each variable visited once; the first that is undecided is next.
///
/// A prefix of the walk depends on its own variables' values only. So a decision never changes what
/// is before it, and going back is forgetting the visits after the one that was undone.
class Walk {
 public:
  explicit Walk(const Problem& problem) : problem_(&problem), visited_(problem.variables()) {}

  /// `starts` must stay as they are until the next start.
  void start(std::span<const Var> starts) {
    truncate(0);
    starts_ = starts;
  }

  /// The next variable to decide, which then is the last visited; none if all are decided.
  std::optional<Var> next(const Domains& domains) {
    if (!visits_.empty() && !domains.decided(visits_.back().var)) return visits_.back().var;
    while (step(domains)) {
      if (!domains.decided(visits_.back().var)) return visits_.back().var;
    }
    return std::nullopt;
  }

  std::size_t size() const { return visits_.size(); }
  Var visited(std::size_t at) const { return visits_[at].var; }

  /// Forgets all but the first `size` visits; the walk goes on at the last of them.
  void truncate(std::size_t size) {
    for (; visits_.size() > size; visits_.pop_back()) visited_[index(visits_.back().var)] = false;
    at_ = size == 0 ? at_starts : static_cast<std::uint32_t>(size - 1);
    cursor_ = 0;
  }

 private:
  static constexpr std::uint32_t at_starts = std::numeric_limits<std::uint32_t>::max();

  /// A visited variable, the visit it was reached from, and where that one's list goes on.
  struct Visit {
    Var var;
    std::uint32_t parent;
    std::uint32_t next;
  };

  /// Visits one more variable. Precondition: all visited ones are decided.
  bool step(const Domains& domains) {
    for (;;) {
      const std::span<const Var> list = list_at(domains);
      while (cursor_ < list.size()) {
        const Var var = list[cursor_++];
        if (visited_[index(var)]) continue;
        visited_[index(var)] = true;
        visits_.push_back({var, at_, cursor_});
        at_ = static_cast<std::uint32_t>(visits_.size() - 1);
        cursor_ = 0;
        return true;
      }
      if (at_ == at_starts) return false;
      cursor_ = visits_[at_].next;
      at_ = visits_[at_].parent;
    }
  }

  std::span<const Var> list_at(const Domains& domains) const {
    if (at_ == at_starts) return starts_;
    const Var var = visits_[at_].var;
    return problem_->requirements(var, domains.first(var));
  }

  const Problem* problem_;
  std::vector<bool> visited_;
  std::span<const Var> starts_;
  std::vector<Visit> visits_;
  std::uint32_t at_ = at_starts;
  std::uint32_t cursor_ = 0;
};

}  // namespace oxbow::solve
