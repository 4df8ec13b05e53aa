#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "solve/domains.h"
#include "solve/exclusion_store.h"
#include "solve/problem.h"
#include "solve/search.h"

namespace oxbow::solve {

/// Grounds keeps track of which variables a search's conclusions follow from: those of the
/// exclusions in a proof of it, owner and other alike.
///
/// Every value that a variable lost was taken by one narrowing. So that a value is gone follows
/// from that narrowing's cause, and from the values that had to be gone for it to have an effect.
/// Choices are the premises of a solution and have no grounds.
class Grounds {
 public:
  Grounds(const Problem& problem, const Domains& domains, ExclusionStore& store);

  /// Notes the grounds of the newest exclusion in the store, as those of its own terms.
  void note_given();

  /// Notes the grounds of the newest exclusion in the store, which was learnt from `antecedents`
  /// and leaves out the terms `settled`, which hold at level 0.
  void note_learnt(std::span<const Cause> antecedents, std::span<const TermView> settled);

  /// Notes why the variables are narrowed at level 0, before that is committed. Precondition: no
  /// level is open.
  void note_level_zero();

  /// Of a solution: why no variable has a better value than it was given, in the order of
  /// decisions. The span is good until the next call.
  std::span<const Var> of_solution(std::span<const Choice> selection);

  /// Why the term cannot hold: its variable has no value of its set. The span is good until the
  /// next call.
  std::span<const Var> of_absence(const Term& term);

 private:
  /// A narrowing at level 0: what it took, and the sources it follows from.
  struct Base {
    std::uint32_t taken;
    std::uint32_t sources_begin;
    std::uint32_t sources_end;
    std::uint32_t previous;
  };

  void begin();
  void add(Var var);
  void add_cause(Cause cause);
  void add_base(Var var, const Word* gone);
  void require_gone(Var var);
  void require_others(Cause cause, Var except);
  void require_outside(Var var, const Word* set);
  std::span<const Var> trace();
  void note_base(std::size_t at, const Word* after);
  Word* gone(Var var) { return &gone_[problem_->place(var).offset]; }

  const Problem* problem_;
  const Domains* domains_;
  ExclusionStore* store_;
  std::vector<Base> bases_;
  std::vector<std::uint32_t> last_base_;
  std::vector<Word> taken_;
  std::vector<Var> base_sources_;
  /// The sources being gathered, and whether a variable is among them.
  std::vector<Var> sources_;
  std::vector<std::uint32_t> stamps_;
  std::uint32_t now_ = 0;
  /// By variable: the values that have to be gone; and the variables where there are any.
  std::vector<Word> gone_;
  std::vector<bool> required_;
  std::vector<Var> required_list_;
  /// By variable, while the trail is traced: the narrowing after, if any.
  std::vector<std::uint32_t> later_;
};

}  // namespace oxbow::solve
