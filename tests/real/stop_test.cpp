#include <catch2/catch.hpp>
#include <signal.h>

#include <thread>

#include "tests/real/running.h"

namespace oxbow::real {
namespace {

using std::chrono::milliseconds;

// Until some of the cone is done, and more of it is at work.
void await_middle(const Cache& cache, Running& run) {
  while (!run.has_ended() && (cache.keys().size() < 3 || names_with(cache, ".draft-").empty())) {
    std::this_thread::sleep_for(milliseconds(2));
  }
  REQUIRE_FALSE(run.has_ended());
}

// It does until it has caught one.
bool catches_interrupts(const Running& run) {
  const std::string status = content("/proc/" + std::to_string(run.process()) + "/status");
  const std::size_t at = status.find("SigCgt:");
  return at != std::string::npos && (std::stoull(status.substr(at + 7), nullptr, 16) & 2) != 0;
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
        const Checked stopped(run.end());
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
        const Checked checked(next.end());
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
      const Checked stopped(run.end());
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
  const SlowBuild slow;
  const Cache cache;
  Running first(slow.check(cache, "bwrap"));
  SlowBuild::await(cache, first);
  Running second(slow.check(cache, "bwrap"));
  // It has a lease as soon as it knows what to build, and then takes signals itself.
  while (!second.has_ended() &&
         (names_with(cache, ".lease-").size() < 2 || !catches_interrupts(second))) {
    std::this_thread::sleep_for(milliseconds(2));
  }
  second.signal(SIGINT);
  CHECK(second.end().code == 2);
  CHECK_FALSE(first.has_ended());
  CHECK(names_with(cache, ".draft-").size() == 1);
  first.signal(SIGINT);
  CHECK(first.end().code == 2);
  CHECK(left_over(cache.path()) == Texts{});
}

TEST_CASE("a stop of one of two runs leaves the other all that it needs") {
  const SmallCone cone;
  const Cache cache;
  Running first(cone.check(cache, "bwrap"));
  Running second(cone.check(cache, "bwrap"));
  await_middle(cache, second);
  // Whatever it is at: a build of its own, or waiting for one of the other's.
  second.signal(SIGINT);
  CHECK(second.end().code == 2);
  CHECK(first.end().code == 0);
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
      while (catches_interrupts(run)) std::this_thread::sleep_for(milliseconds(2));
      REQUIRE_FALSE(run.has_ended());
      run.signal(SIGINT);
      CHECK(run.end().code == 128 + SIGINT);
      CHECK(left_alive(cache.path()) == Texts{});
      Running next(cone.check(cache, sandbox));
      CHECK(next.end().code == 0);
      CHECK(left_over(cache.path()) == Texts{});
      CHECK(wrong_in(cache) == Texts{});
    }
  }
}

}  // namespace
}  // namespace oxbow::real
