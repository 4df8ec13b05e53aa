#include <catch2/catch.hpp>
#include <signal.h>

#include <thread>

#include "tests/real/running.h"

namespace oxbow::real {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Until some of the cone is done, and more of it is at work.
void await_middle(const Cache& cache, Running& run) {
  while (!run.has_ended() && (cache.keys().size() < 3 || names_with(cache, ".draft-").empty())) {
    std::this_thread::sleep_for(milliseconds(2));
  }
  REQUIRE_FALSE(run.has_ended());
}

TEST_CASE("a stop ends a run with what is known, and leaves nothing") {
  const SmallCone cone;
  for (const std::string& sandbox : sandboxes) {
    for (const int number : {SIGINT, SIGTERM}) {
      DYNAMIC_SECTION(sandbox << " and signal " << number) {
        const Cache cache;
        Running run(cone.check(cache, sandbox));
        await_middle(cache, run);
        run.signal(number);
        const Checked stopped(run.end(milliseconds(6000)));
        CHECK(stopped.code == 2);
        CHECK(stopped.document["interrupted"].GetBool());
        const auto layers = stopped.layers();
        CHECK(layers.size() == SmallCone::size);
        CHECK(layers.at("a.1") == "success");
        CHECK(layers.at("l.1") == "cancelled");
        CHECK(left_over(cache.path()) == Texts{});
        CHECK(run.temporary_files() == Texts{});
        CHECK(names_with(cache, ".draft-") == Texts{});
        CHECK(names_with(cache, ".lease-") == Texts{});
        CHECK(wrong_in(cache) == Texts{});

        const auto before = whole_layers(cache);
        Running next(cone.check(cache, sandbox));
        const Checked checked(next.end(longest));
        CHECK(checked.code == 0);
        CHECK(checked.built().size() == SmallCone::size - before.size());
        const auto after = whole_layers(cache);
        CHECK(after.size() == SmallCone::size);
        for (const auto& [key, created] : before) CHECK(after.at(key) == created);
      }
    }
  }
}

TEST_CASE("a stop does not wait for a long build, and leaves nothing of it") {
  const SlowBuild slow;
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Cache cache;
      Running run(slow.check(cache, sandbox));
      SlowBuild::await(cache, run);
      run.signal(SIGTERM);
      const Checked stopped(run.end(milliseconds(2000)));
      CHECK(stopped.code == 2);
      CHECK(stopped.layers().at("slow.1") == "cancelled");
      CHECK(left_over(cache.path()) == Texts{});
      CHECK(names_with(cache, ".draft-") == Texts{});
      CHECK(names_with(cache, ".lease-") == Texts{});
      CHECK(cache.keys().empty());
    }
  }
}

TEST_CASE("a stop does not wait for what others build") {
  const SmallCone cone;
  const Cache cache;
  Running first(cone.check(cache, "bwrap"));
  Running second(cone.check(cache, "bwrap"));
  await_middle(cache, second);
  // Whatever it is at: a build of its own, or waiting for one of the other's.
  second.signal(SIGINT);
  const auto begin = steady_clock::now();
  CHECK(second.end(milliseconds(6000)).code == 2);
  CHECK(steady_clock::now() - begin < milliseconds(2000));
  CHECK(first.end(longest).code == 0);
  CHECK(left_over(cache.path()) == Texts{});
  CHECK(whole_layers(cache).size() == SmallCone::size);
}

TEST_CASE("a second Ctrl-C ends a run at once") {
  const SmallCone cone;
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Cache cache;
      Running run(cone.check(cache, sandbox));
      await_middle(cache, run);
      // These cannot do what they are asked for, so the run waits for them.
      for (const pid_t builder : builders(cache.path())) ::kill(builder, SIGSTOP);
      run.signal(SIGINT);
      std::this_thread::sleep_for(milliseconds(300));
      REQUIRE_FALSE(run.has_ended());
      run.signal(SIGINT);
      CHECK(run.end(milliseconds(2000)).code == 128 + SIGINT);
      CHECK(left_alive(cache.path()) == Texts{});
      Running next(cone.check(cache, sandbox));
      CHECK(next.end(longest).code == 0);
      CHECK(left_over(cache.path()) == Texts{});
      CHECK(wrong_in(cache) == Texts{});
    }
  }
}

}  // namespace
}  // namespace oxbow::real
