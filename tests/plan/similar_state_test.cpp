#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "plan/solved_state.h"
#include "tests/plan/states.h"
#include "tests/sanitized.h"
#include "tests/solve/random_repository.h"

using namespace oxbow;
using namespace oxbow::plan;

namespace {

/// A state all of whose roots are solved, and what became of it.
class Succession {
 public:
  Succession(const std::string& before, const std::string& after, const std::string& compiler)
      : old_(solve::literal_universe(before, compiler)),
        new_(solve::literal_successor(after, *old_)),
        before_(old_, digests_),
        after_(new_, digests_) {
    before_.solve(all_roots(*old_));
    after_.solve(all_roots(*new_), {}, &before_);
  }

  std::size_t taken_over() const { return after_.taken_over(); }
  const SolvedState& after() const { return after_; }

  /// The roots' answers, and what they are where nothing is taken over.
  std::vector<std::string> answers() const { return in_words(after_); }
  std::vector<std::string> expected() {
    SolvedState anew(new_, digests_);
    anew.solve(all_roots(*new_));
    return in_words(anew);
  }

 private:
  EffectiveDigests digests_;
  std::shared_ptr<const solve::Universe> old_;
  std::shared_ptr<const solve::Universe> new_;
  SolvedState before_;
  SolvedState after_;
};

/// How many roots of `after` are taken over from `before`; their answers must be right.
std::size_t taken_over(const std::string& before, const std::string& after) {
  Succession succession("ocaml.5\n" + before, "ocaml.5\n" + after, "ocaml.5");
  CHECK(succession.answers() == succession.expected());
  return succession.taken_over();
}

}  // namespace

TEST_CASE("after any change, roots have the answers that solving anew gives them") {
  std::size_t taken_over = 0;
  std::size_t all = 0;
  for (std::uint32_t seed = 0; seed < tests::cases(3000U); ++seed) {
    solve::RandomRepository repository(seed);
    const std::string compiler = repository.compiler();
    const std::string before = repository.text();
    for (std::uint32_t i = 0; i < 1 + seed % 3; ++i) repository.change();
    INFO("seed " << seed << ", " << compiler << " in\n"
                 << before << "became\n"
                 << repository.text());
    Succession succession(before, repository.text(), compiler);
    REQUIRE(succession.answers() == succession.expected());
    taken_over += succession.taken_over();
    all += succession.answers().size();
  }
  CHECK(taken_over > all / 4);
  CHECK(taken_over < all);
}

TEST_CASE("an answer is taken over again from a state that took it over") {
  for (std::uint32_t seed = 0; seed < tests::cases(500U); ++seed) {
    solve::RandomRepository repository(seed);
    EffectiveDigests digests;
    auto universe = solve::literal_universe(repository.text(), repository.compiler());
    const std::string compiler = repository.compiler();
    auto state = std::make_unique<SolvedState>(universe, digests);
    state->solve(all_roots(*universe));
    for (int step = 0; step < 6; ++step) {
      repository.change();
      universe = solve::literal_successor(repository.text(), *universe);
      auto next = std::make_unique<SolvedState>(universe, digests);
      next->solve(all_roots(*universe), {}, state.get());
      SolvedState anew(universe, digests);
      anew.solve(all_roots(*universe));
      INFO("seed " << seed << ", step " << step << ", " << compiler << " in\n"
                   << repository.text());
      REQUIRE(in_words(*next) == in_words(anew));
      state = std::move(next);
    }
  }
}

TEST_CASE("a root is solved anew only where a name that its answer follows from has changed") {
  const std::string two = "a.1\n  depends: [\"b\"]\nb.1\n";
  CHECK(taken_over(two + "c.1\n", two + "c.2\n") == 3);
  CHECK(taken_over(two, two + "c.1\n") == 3);
  CHECK(taken_over(two + "c.1\n", two) == 3);
  CHECK(taken_over(two, "a.1\n  depends: [\"b\"]\nb.1\nb.2\n") == 1);
}

TEST_CASE("a name that refuted a better choice is looked at") {
  // a.2 would be chosen if c.2 were there, or d did not forbid it.
  const std::string root = "r.1\n  depends: [\"a\"]\na.1\na.2\n  depends: [\"c\" {>= \"2\"}]\n";
  CHECK(taken_over(root + "c.1\n", root + "c.1\nc.2\n") == 2);  // ocaml and a.1
  CHECK(taken_over(root, root + "c.2\n") == 2);
  CHECK(taken_over(root + "c.1\n", root + "c.1\nd.1\n") == 5);
  const std::string refused = root + "c.2\n  depends: [\"d\"]\n";
  CHECK(taken_over(refused + "d.1\n  conflicts: [\"ocaml\"]\n", refused + "d.1\n") == 2);
}

TEST_CASE("a root without a solution is solved anew where what refuted it has changed") {
  const std::string root = "r.1\n  depends: [\"a\"]\na.1\n  depends: [\"b\"]\nc.1\n";
  CHECK(taken_over(root, root + "b.1\n") == 2);
  CHECK(taken_over(root, root + "c.2\n") == 3);
  CHECK(taken_over("r.1\n  available: false\n", "r.1\n  available: false\nb.1\n") == 2);
  CHECK(taken_over("r.1\n  available: false\n", "r.1\n") == 1);
}

TEST_CASE("a change of the compiler has every root solved anew that needs it") {
  Succession succession("ocaml.5\na.1\n", "ocaml.5\nocaml.6\na.1\n", "ocaml.5");
  CHECK(succession.taken_over() == 0);
  CHECK(succession.answers() == succession.expected());
}
