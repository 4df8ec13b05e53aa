#include "solve/minimal_refutation.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "solve/search.h"

namespace oxbow::solve {
namespace {

ValueSet set_of(const Problem& problem, Var var, const Word* words) {
  ValueSet set(problem.values(var));
  for (std::uint32_t value = 0; value <= problem.values(var); ++value) {
    if (((words[value / word_bits] >> (value % word_bits)) & 1U) != 0) set.insert(Value{value});
  }
  return set;
}

// The exclusions in question, taken out of the problem once, over variables of their own.
class Extract {
 public:
  Extract(const Problem& problem, std::span<const Term> assumptions,
          const std::vector<ExclusionId>& wanted)
      : problem_(&problem) {
    for (const Term& term : assumptions) assumptions_.push_back({renamed(term.var), term.set});
    for (std::uint32_t owner = 0; owner < problem.variables(); ++owner) {
      for (const Pair& pair : problem.pairs(Var{owner})) {
        if (!std::ranges::binary_search(wanted, pair.id)) continue;
        add(pair.id, {{pair.owner, problem.mine(pair)}, {pair.other, problem.theirs(pair)}});
      }
    }
    for (const LongExclusion& exclusion : problem.long_exclusions()) {
      if (std::ranges::binary_search(wanted, exclusion.id)) add(exclusion.id, exclusion.terms);
    }
  }

  // Those of `kept` that refute; none if they do not.
  std::optional<std::vector<ExclusionId>> refute(const std::vector<ExclusionId>& kept) const {
    Problem::Builder builder;
    for (const std::size_t values : values_) builder.add_variable(values);
    for (const ExclusionId id : kept) {
      const auto& terms = exclusions_.at(index(id));
      builder.exclude(terms.front().var, terms);
    }
    const Problem part = std::move(builder).build();
    Search search(part, {}, Proof::record, {}, Order::narrowest);
    if (search.solve(assumptions_, {})) return std::nullopt;
    std::vector<ExclusionId> used;
    for (const ExclusionId position : search.refutation().exclusions) {
      used.push_back(kept[index(position)]);
    }
    return used;
  }

 private:
  Var renamed(Var var) {
    const auto [entry, added] = names_.try_emplace(index(var), values_.size());
    if (added) values_.push_back(problem_->values(var));
    return Var{static_cast<std::uint32_t>(entry->second)};
  }

  void add(ExclusionId id, const std::vector<TermView>& views) {
    std::vector<Term> terms;
    for (const TermView& view : views) {
      terms.push_back({renamed(view.var), set_of(*problem_, view.var, view.set)});
    }
    exclusions_.emplace(index(id), std::move(terms));  // the owner's term first
  }

  const Problem* problem_;
  std::unordered_map<std::size_t, std::size_t> names_;
  std::vector<std::size_t> values_;
  std::vector<Term> assumptions_;
  std::unordered_map<std::size_t, std::vector<Term>> exclusions_;
};

}  // namespace

// Leaves out ever larger stretches as long as that goes well, and halves them where it does not.
// What stands before `at` is known to be needed.
std::vector<ExclusionId> minimal_refutation(const Problem& problem,
                                            std::span<const Term> assumptions,
                                            std::vector<ExclusionId> exclusions,
                                            const std::function<bool(ExclusionId)>& given) {
  std::ranges::sort(exclusions);
  const Extract extract(problem, assumptions, exclusions);
  const auto givens_first = [&] {
    const auto others = std::ranges::stable_partition(exclusions, given);
    return exclusions.size() - others.size();
  };
  std::size_t given_count = givens_first();
  std::size_t at = given_count;
  std::size_t stretch = std::max<std::size_t>(1, exclusions.size() / 4);
  while (at < exclusions.size()) {
    const std::size_t left_out = std::min(stretch, exclusions.size() - at);
    std::vector<ExclusionId> kept = exclusions;
    const auto from = kept.begin() + static_cast<std::ptrdiff_t>(at);
    kept.erase(from, from + static_cast<std::ptrdiff_t>(left_out));
    if (auto used = extract.refute(kept)) {
      const std::size_t needed = at - given_count;
      exclusions = std::move(*used);
      given_count = givens_first();
      at = given_count + needed;
      stretch *= 2;
    } else if (left_out > 1) {
      stretch = left_out / 2;
    } else {
      ++at;
      stretch = 2;
    }
  }
  std::ranges::sort(exclusions);
  return exclusions;
}

}  // namespace oxbow::solve
