#include "job/state.h"

#include <catch2/catch.hpp>

#include "tests/job/requests.h"

using namespace oxbow;
using namespace oxbow::job;

namespace {

std::shared_ptr<State> loaded(StateLoader& loader, const RepositoryTree& tree) {
  auto state = loader.load({tree}, repo::Trust::merged);
  REQUIRE(state);
  return std::move(*state);
}

RepositoryTree numbered(int i) {
  return literal_repository("ocaml.5\na." + std::to_string(i) + "\n", "");
}

}  // namespace

TEST_CASE("a state is known again by its trees") {
  NoProgress progress;
  StateLoader loader(progress);
  const auto state = loaded(loader, numbered(1));
  CHECK(loaded(loader, numbered(1)) == state);
  CHECK(loaded(loader, numbered(2)) != state);
  CHECK(state->stack().packages.size() == 2);
  CHECK(state->trees().size() == 1);
  CHECK(state->snapshot(0).find("a", "1") != nullptr);
}

TEST_CASE("a loader keeps the four states that were used last") {
  NoProgress progress;
  StateLoader loader(progress);
  std::vector<std::weak_ptr<State>> states;
  for (int i = 0; i < 4; ++i) states.push_back(loaded(loader, numbered(i)));
  for (const auto& state : states) CHECK_FALSE(state.expired());
  loaded(loader, numbered(0));
  loaded(loader, numbered(4));
  CHECK_FALSE(states[0].expired());
  CHECK(states[1].expired());
  CHECK_FALSE(states[2].expired());
}

TEST_CASE("a target is compiled once for a state") {
  NoProgress progress;
  StateLoader loader(progress);
  const auto state = loaded(loader, literal_repository("ocaml.4\nocaml.5\n", ""));
  const auto five = state->target(solve::literal_target("ocaml.5"), loader.digests());
  const auto four = state->target(solve::literal_target("ocaml.4"), loader.digests());
  REQUIRE((five && four));
  CHECK(*five != *four);
  CHECK(state->target(solve::literal_target("ocaml.5"), loader.digests()) == *five);
  auto elsewhere = solve::literal_target("ocaml.5");
  elsewhere.platform.arch = "arm64";
  const auto other = state->target(elsewhere, loader.digests());
  REQUIRE(other);
  CHECK(*other != *five);
  CHECK((*other)->universe().target().platform.arch == "arm64");
}
