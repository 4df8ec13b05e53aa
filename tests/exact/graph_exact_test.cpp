#include <catch2/catch.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "cache/store.h"
#include "job/layer_run.h"
#include "job/roots.h"
#include "tests/exact/mirrors.h"
#include "tests/scratch_folder.h"

using namespace oxbow;
using namespace oxbow::exact;

TEST_CASE("the layers of a whole stack are one graph for ten targets, in 500 MiB") {
  job::NoProgress progress;
  job::StateLoader loader(progress);
  const auto state = loader.load({tree_at("oxcaml", oxcaml_main), tree_at("opam", opam_main)},
                                 repo::Trust::merged);
  REQUIRE(state);
  opam::Target target = reference_target("ocaml-variants.5.2.0+ox");
  const auto solved = (*state)->target(target, loader.digests());
  REQUIRE(solved);
  const auto roots = job::choose_roots((*solved)->universe(), (*state)->stack(), job::Scope::stack);
  (*solved)->solve(roots);

  // Ten platforms, so that no layer of one is that of another.
  constexpr std::size_t targets = 10;
  job::LayerGraph graph(job::KeyKind::build_id);
  std::vector<std::vector<job::NodeIndex>> wanted(targets);
  const ScratchFolder cache;
  for (std::size_t i = 0; i < targets; ++i) {
    target.platform = *opam::parse_platform("debian-" + std::to_string(i) + "-x86_64");
    const job::TargetIndex at = graph.add_target(target, **state, **solved, loader.digests());
    std::filesystem::create_directories(
        cache::LayerStore(cache.path(), target.platform.to_string()).base());
    for (const solve::PackageIndex root : roots) {
      if (!(*solved)->root(root).solution) continue;
      if (const auto own = graph.add(at, (*solved)->root(root))) wanted[i].push_back(*own);
    }
  }
  job::LayerRun run(graph, cache.path(), {});
  std::size_t steps = 0;
  std::size_t longest = 0;
  const auto built = run.build(
      wanted, [&](const job::LayerSteps& all) -> Result<std::vector<schedule::StepResult>> {
        steps = all.graph().steps.size();
        for (std::size_t i = 0; i < steps; i += 50) {
          const auto task = all.task(schedule::StepIndex(i));
          if (task) longest = std::max(longest, task->recipe.below.size());
        }
        return fail("not built");
      });
  REQUIRE_FALSE(built);
  CHECK(built.error().message == "not built");
  CHECK(steps > targets * 4000);
  CHECK(longest > 50);
  rusage usage{};
  REQUIRE(::getrusage(RUSAGE_SELF, &usage) == 0);
  INFO(steps << " steps, the longest recipe of those looked at above " << longest << " layers");
  CHECK(usage.ru_maxrss < 500 * 1024);
}
