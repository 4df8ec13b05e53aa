#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <malloc.h>
#include <time.h>

#include "job/layer_run.h"
#include "tests/cache/scratch_cache.h"
#include "tests/job/solved_stack.h"

using namespace oxbow;
using namespace oxbow::job;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t targets = 10;
constexpr std::size_t towers = 23;
constexpr std::size_t floors = 200;

/// Towers in which each package stands on the four below it; 4,600 packages in all.
std::string packages() {
  std::string text;
  for (std::size_t i = 0; i < towers * floors; ++i) {
    text += fmt::format("p{}.1\n  depexts: [\"m4\" \"pkgconf\"] {{os-family = \"debian\"}}\n", i);
    const std::size_t ground = i / floors * floors;
    if (i == ground) continue;
    text += "  depends: [";
    for (std::size_t below = std::max(ground + 4, i) - 4; below < i; ++below) {
      text += fmt::format("\"p{}\" ", below);
    }
    text += "]\n";
  }
  return text;
}

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// In bytes.
std::size_t allocated() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

TEST_CASE("a graph of a whole stack for ten targets is small, and a task costs what is below it") {
  SolvedStack stack(packages());
  const std::size_t before = allocated();
  LayerGraph graph(KeyKind::build_id);
  const cache::ScratchCache cache;
  std::vector<std::vector<NodeIndex>> wanted(targets);
  for (std::size_t i = 0; i < targets; ++i) {
    opam::Target target = solve::literal_target("ocaml.5");
    target.platform = *opam::parse_platform(fmt::format("debian-{}-x86_64", i));
    fs::create_directories(cache::LayerStore(cache.path(), target.platform.to_string()).base());
    const TargetIndex at = graph.add_target(target, stack.state(), stack.solved(), stack.digests());
    for (std::size_t top = floors - 1; top < towers * floors; top += floors) {
      wanted[i].push_back(*graph.add(at, stack.solve(fmt::format("p{}.1", top))));
    }
  }
  CHECK(graph.nodes().size() == targets * towers * floors);

  const layer::BuildSettings settings;
  LayerRun run(graph, cache.path(), settings);
  std::size_t bytes = 0;
  double of_ground = 0;
  double of_top = 0;
  const auto built =
      run.build(wanted, [&](const LayerSteps& steps) -> Result<std::vector<schedule::StepResult>> {
        CHECK(steps.graph().steps.size() == targets * towers * floors);
        bytes = allocated() - before;
        for (std::size_t i = 0; i < steps.graph().steps.size(); ++i) {
          const schedule::StepIndex at{static_cast<std::uint32_t>(i)};
          const std::size_t number = std::stoul(steps.package(at).name.substr(1));
          const bool top = number % floors == floors - 1;
          if (!top && number % floors != 0) continue;
          const double begin = cpu_seconds();
          const auto task = steps.task(at);
          (top ? of_top : of_ground) += cpu_seconds() - begin;
          REQUIRE(task);
          CHECK(task->recipe.below.size() == (top ? floors - 1 : 0));
          CHECK(task->recipe.system_packages == std::vector<std::string>{"m4", "pkgconf"});
        }
        return fail("not built");
      });
  REQUIRE_FALSE(built);
  CHECK(built.error().message == "not built");
  INFO("the tasks of the tops took " << of_top << " s, those of the ground floors " << of_ground);
  CHECK(of_ground * 5 < of_top);
  INFO("graph and steps have " << (bytes >> 20U) << " MiB");
#ifndef __SANITIZE_ADDRESS__
  CHECK(bytes > 0);
  CHECK(bytes < std::size_t{100} << 20U);
#endif
}
