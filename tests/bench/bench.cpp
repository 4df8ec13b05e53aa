// Times the stages on two real repositories, each as a multiple of G: the time that
// `git cat-file --batch` takes for the same opam files in the same run.
//
// oxbow_bench OXBOW OVERLAY.git BASE..HEAD LOWER.git COMPILER: OXBOW is the program, OVERLAY.git
// the repository under test.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "job/plan.h"
#include "solve/explanation.h"

namespace {

using namespace oxbow;
using Seconds = std::chrono::duration<double>;

constexpr int runs = 5;

[[noreturn]] void give_up(const std::string& message) {
  fmt::print(stderr, "oxbow_bench: {}\n", message);
  std::exit(2);
}

template <typename T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error().message);
  return std::move(*result);
}

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return Seconds(std::chrono::steady_clock::now() - start).count();
}

/// The median time of some runs, each after a `prepare` that does not count.
double median(const std::function<void()>& work, const std::function<void()>& prepare = [] {}) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    prepare();
    times.push_back(seconds(work));
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// Runs a program with its output thrown away; the largest memory that it had, in MiB.
long run_program(const std::vector<std::string>& words, const std::string& input = "/dev/null") {
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen(input.c_str(), "r", stdin) == nullptr) _exit(127);
    if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(127);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments.front(), arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
    give_up("'" + words.front() + "' failed");
  }
  return usage.ru_maxrss / 1024;
}

struct Arguments {
  std::string program, overlay, change, lower, compiler;
};

/// The bench: opens the repositories once and times what is asked for.
class Bench {
 public:
  explicit Bench(Arguments arguments) : arguments_(std::move(arguments)) {}

  int run() {
    measure_git();
    fmt::print("| what | time | × G | required | aim | |\n|---|---|---|---|---|---|\n");
    fmt::print("| `git cat-file --batch` of the same {} files (G) | {:.0f} ms | 1.00 | | | |\n",
               blob_count_, 1000 * g_);
    row("git to a universe, cold", median([&] { cold_universe(); }), 3, 1.5);
    row("git to a universe, the next state", next_state(), 0.7, 0.3);
    row("solve all roots, with build-ids and explanations", solve_all(), 4, 1);
    long memory = 0;
    const double whole = median([&] { memory = std::max(memory, run_program(plan_command())); });
    row("plan, whole process, cold, scope stack", whole, 6, 2);
    row("plan, in a process that holds the base", plan_again(), 1, 0.3);
    fmt::print("\nMemory of the plan's process: {} MiB (required: under 500).\n", memory);
    return missed_ || memory >= 500 ? 1 : 0;
  }

 private:
  void row(std::string_view what, double time, double required, double aim) {
    const double multiple = time / g_;
    const char* const verdict = multiple <= aim ? "aim" : multiple <= required ? "ok" : "MISSED";
    missed_ = missed_ || multiple > required;
    fmt::print("| {} | {:.0f} ms | {:.2f} | ≤ {} | ≤ {} | {} |\n", what, 1000 * time, multiple,
               required, aim, verdict);
    std::fflush(stdout);
  }

  job::RepositorySpec overlay() const { return {arguments_.overlay, "", std::nullopt}; }
  job::RepositorySpec lower() const { return {arguments_.lower, "", std::nullopt}; }

  std::vector<job::RepositoryTree> open() {
    job::RepositoryOpener opener({}, progress_);
    return {value_of(opener.open_state(overlay())), value_of(opener.open_state(lower()))};
  }

  opam::Target target() const {
    return {*opam::parse_package_id(arguments_.compiler),
            *opam::parse_platform("debian-12-x86_64")};
  }

  /// G, over the very blobs that a load reads.
  void measure_git() {
    job::StateLoader loader(progress_);
    const auto state = value_of(loader.load(open(), repo::Trust::merged));
    std::string pattern = "/tmp/oxbow-bench-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) give_up("no scratch folder");
    std::vector<std::pair<std::string, std::string>> lists;
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string list = pattern + "/" + std::to_string(i);
      std::ofstream out(list);
      for (const repo::PackageOrigin& origin : state->stack().origins) {
        if (origin.repository == i) out << origin.entry->opam.hex() << "\n";
      }
      lists.emplace_back(i == 0 ? arguments_.overlay : arguments_.lower, list);
    }
    blob_count_ = state->stack().origins.size();
    g_ = median([&] {
      for (const auto& [repository, list] : lists) {
        run_program({"git", "-C", repository, "cat-file", "--batch"}, list);
      }
    });
    std::system(("rm -r " + pattern).c_str());
  }

  void cold_universe() {
    job::StateLoader loader(progress_);
    const auto state = value_of(loader.load(open(), repo::Trust::merged));
    value_of(state->target(target(), loader.digests()));
  }

  /// Everything but the packages that changed is known, as when the next commit comes in.
  double next_state() {
    const auto trees = open();
    repo::SnapshotReader reader;
    repo::DefinitionCache cache;
    std::vector<repo::Snapshot> snapshots;
    std::unique_ptr<solve::Universe> universe;
    const auto load = [&](const solve::Universe* similar) {
      snapshots.clear();
      for (const auto& tree : trees) {
        snapshots.push_back(value_of(reader.read(*tree.source, tree.tree)));
      }
      const std::vector<repo::State> states = {{*trees[0].source, snapshots[0]},
                                               {*trees[1].source, snapshots[1]}};
      auto stack = value_of(repo::load_stack(states, cache, repo::Trust::merged));
      return std::make_unique<solve::Universe>(std::move(stack.packages), target(), similar);
    };
    universe = load(nullptr);
    std::unique_ptr<solve::Universe> next;
    return median([&] { next = load(universe.get()); }, [&] { next.reset(); });
  }

  double solve_all() {
    job::StateLoader loader(progress_);
    const auto state = value_of(loader.load(open(), repo::Trust::merged));
    value_of(state->target(target(), loader.digests()));
    auto universe = std::make_shared<const solve::Universe>(state->stack().packages, target());
    const auto roots = job::choose_roots(*universe, state->stack(), job::Scope::stack);
    return median([&] {
      plan::EffectiveDigests digests;
      plan::SolvedState solved(universe, digests);
      solved.solve(roots);
      solved.explain(roots);
    });
  }

  job::PlanRequest request() {
    job::RepositoryOpener opener({}, progress_);
    const auto spec =
        value_of(job::parse_repository_spec(arguments_.overlay + "#" + arguments_.change));
    job::PlanRequest request;
    request.place = arguments_.overlay;
    request.change = value_of(opener.open_change(spec));
    request.lower_places = {arguments_.lower};
    request.lower = {value_of(opener.open_state(lower()))};
    request.targets = {target()};
    request.scope = job::Scope::stack;
    return request;
  }

  std::vector<std::string> plan_command() const {
    return {arguments_.program,
            "plan",
            "--repo",
            arguments_.overlay + "#" + arguments_.change,
            "--repo",
            arguments_.lower,
            "--compiler",
            arguments_.compiler,
            "--scope",
            "stack",
            "--json"};
  }

  /// The base is loaded and solved; the head is not.
  double plan_again() {
    const job::PlanRequest wanted = request();
    std::unique_ptr<job::StateLoader> loader;
    return median([&] { value_of(job::plan(wanted, *loader)); },
                  [&] {
                    loader = std::make_unique<job::StateLoader>(progress_);
                    job::PlanRequest nothing = wanted;
                    nothing.change.after = nothing.change.before;
                    const auto loaded = value_of(job::load_change(nothing, *loader));
                    value_of(job::solve_target(nothing, loaded, target(), *loader));
                  });
  }

  Arguments arguments_;
  job::NoProgress progress_;
  double g_ = 1;
  std::size_t blob_count_ = 0;
  bool missed_ = false;
};

}  // namespace

int main(int count, char** words) {
  if (count != 6) {
    fmt::print(stderr, "usage: oxbow_bench OXBOW OVERLAY.git BASE..HEAD LOWER.git COMPILER\n");
    return 2;
  }
  return Bench({words[1], words[2], words[3], words[4], words[5]}).run();
}
