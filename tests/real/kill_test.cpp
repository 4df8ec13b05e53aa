#include <catch2/catch.hpp>
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <thread>

#include "tests/real/running.h"

namespace oxbow::real {
namespace {

namespace fs = std::filesystem;
using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

double since(steady_clock::time_point start) {
  return duration<double>(steady_clock::now() - start).count();
}

// What a run does, or one of its steps by what lies in the cache meanwhile. It builds while its log
// is there, keeps while its fs is, and commits while its layer.json is beside.
enum class Phase { drafted, building, keeping, committing, committed, planning };
constexpr int phases = 6;
const std::map<Phase, std::string> mark = {{Phase::drafted, "opam-repository"},
                                           {Phase::building, "build.log"},
                                           {Phase::keeping, "fs"},
                                           {Phase::committing, "layer.json"}};

// Waits until one more step than `count` was seen in this phase, or the run has ended.
void await(const Cache& cache, Phase phase, std::size_t count, Running& run) {
  std::set<fs::path> seen;
  std::error_code gone;
  while (!run.has_ended() && seen.size() <= count) {
    if (phase == Phase::committed) {
      for (const std::string& key : cache.keys()) seen.insert(key);
    } else {
      for (const std::string& draft : names_with(cache, ".draft-")) {
        if (fs::exists(cache.layers() / draft / mark.at(phase), gone)) seen.insert(draft);
      }
    }
  }
}

// What the killed run was at, for the summary.
std::string state_of(const Cache& cache) {
  std::string state;
  for (const std::string& draft : names_with(cache, ".draft-")) {
    std::error_code gone;
    std::string furthest = "draft";
    for (const auto& [phase, file] : mark) {
      if (fs::exists(cache.layers() / draft / file, gone)) furthest = file;
    }
    state += (state.empty() ? "" : " and ") + furthest;
  }
  if (!state.empty()) return state;
  const bool leased = !names_with(cache, ".lease-").empty();
  return leased ? "between steps" : cache.keys().empty() ? "before steps" : "after steps";
}

class Killer {
 public:
  explicit Killer(unsigned seed) : random_(seed) {}

  // How long a whole run takes; of which it is known afterwards that nothing is left.
  void measure(const std::string& sandbox) {
    const Cache cache;
    Running run(cone_.check(cache, sandbox));
    const auto begin = steady_clock::now();
    const Checked whole(run.end());
    whole_[sandbox] = since(begin);
    REQUIRE(whole.code == 0);
    REQUIRE(whole.built().size() == SmallCone::size);
    CHECK(left_over(cache.path()) == Texts{});
    CHECK(run.temporary_files() == Texts{});
  }

  void round(int number, const std::string& sandbox) {
    const Cache cache;
    const bool a_builder = number % 8 == 5;
    const bool by_phase = number % 2 == 1;
    INFO("round " << number << ", " << sandbox);
    Running run(cone_.check(cache, sandbox));
    if (by_phase) {
      const auto phase = static_cast<Phase>(number / 2 % phases);
      if (phase != Phase::planning) await(cache, phase, up_to(8), run);
      const std::size_t longest_pause = phase == Phase::planning ? 50'000 : 3000;
      std::this_thread::sleep_for(std::chrono::microseconds(up_to(longest_pause)));
    } else {
      std::this_thread::sleep_for(
          milliseconds(up_to(static_cast<std::size_t>(whole_.at(sandbox) * 1000))));
    }
    if (a_builder) {
      kill_a_builder(cache, run);
    } else {
      run.signal(SIGKILL);
      run.end();
      ++states_[state_of(cache)];
    }
    CHECK(left_alive(cache.path()) == Texts{});
    CHECK(run.temporary_files() == Texts{});
    see_next(cache, sandbox);
  }

  void tell() const {
    for (const auto& [state, count] : states_) std::cerr << "  " << count << " × " << state << "\n";
  }

 private:
  std::size_t up_to(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most)(random_);
  }

  // The run goes on, and blames no package for what it lost.
  void kill_a_builder(const Cache& cache, Running& run) {
    std::vector<pid_t> all;
    while (all.empty() && !run.has_ended()) all = builders(cache.path());
    if (all.empty()) return;
    ::kill(all[up_to(all.size() - 1)], SIGKILL);
    const Checked checked(run.end());
    CHECK((checked.code == 0 || checked.code == 2));
    for (const auto& [package, outcome] : checked.layers()) {
      INFO(package << ": " << outcome);
      CHECK((outcome == "success" || outcome.starts_with("internal_error")));
    }
    ++states_[checked.code == 0 ? "a builder, which was done" : "a builder"];
  }

  void see_next(const Cache& cache, const std::string& sandbox) const {
    const auto before = whole_layers(cache);
    Running next(cone_.check(cache, sandbox));
    const Ended ended = next.end();
    INFO(ended.out << ended.err);
    const Checked checked(ended);
    CHECK(checked.code == 0);
    CHECK(checked.built().size() == SmallCone::size - before.size());
    const auto after = whole_layers(cache);
    CHECK(after.size() == SmallCone::size);
    for (const auto& [key, created] : before) CHECK(after.at(key) == created);
    CHECK(left_over(cache.path()) == Texts{});
    CHECK(wrong_in(cache) == Texts{});
    // What is left lies on the disk only, and is known by name.
    CHECK(e2e::Program().run({"cache", "gc", "--cache", cache.path().string()}).code == 0);
    Texts left = names_with(cache, ".");
    std::erase(left, ".build-times");
    CHECK(left == Texts{".gc.lock"});
    CHECK(whole_layers(cache) == after);
  }

  std::mt19937 random_;
  SmallCone cone_;
  std::map<std::string, double> whole_;
  std::map<std::string, int> states_;
};

TEST_CASE("after a kill at any moment nothing is left alive and the next run does the rest") {
  const char* const given = std::getenv("OXBOW_KILL_SEED");
  const unsigned seed =
      given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
  std::cerr << "OXBOW_KILL_SEED=" << seed << "\n";
  INFO("OXBOW_KILL_SEED=" << seed);
  Killer killer(seed);
  for (const std::string& sandbox : sandboxes) killer.measure(sandbox);
  for (int round = 0; round < 50; ++round) {
    killer.round(round, sandboxes[static_cast<std::size_t>(round / 25)]);
  }
  killer.tell();
}

TEST_CASE("a long build dies with whichever of its processes is killed") {
  const SlowBuild slow;
  for (const std::string& sandbox : sandboxes) {
    for (const bool a_builder : {false, true}) {
      DYNAMIC_SECTION(sandbox << (a_builder ? ", the builder" : ", the run")) {
        const Cache cache;
        Running run(slow.check(cache, sandbox));
        SlowBuild::await(cache, run);
        if (a_builder) {
          ::kill(builders(cache.path()).front(), SIGKILL);
          CHECK(run.end().code == 2);
        } else {
          run.signal(SIGKILL);
        }
        CHECK(left_alive(cache.path()) == Texts{});
        CHECK(wrong_in(cache) == Texts{});
        CHECK(cache.keys().empty());
      }
    }
  }
}

}  // namespace
}  // namespace oxbow::real
