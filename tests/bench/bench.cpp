// Measures the stages on two real repositories, each as a multiple of G: what `git cat-file
// --batch` takes for the same opam files, measured right beside. Where other work goes on in the
// machine, the multiples of CPU time, over all threads, still say something.
//
// oxbow_bench OXBOW OVERLAY.git BASE..HEAD COMPILER LOWER.git BASE..HEAD COMPILER: OXBOW is the
// program; both heads are to be merged, neither descends from its base. OVERLAY's change is planned
// above LOWER, and LOWER's by itself.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "job/plan.h"
#include "solve/explanation.h"
#include "tests/bench/measure.h"
#include "tests/bench/memory_rows.h"

namespace oxbow::bench {
namespace {

constexpr int runs = 5;

struct Change {
  std::string repository, change, compiler;
};

/// The opam files of a repository's main branch, by git alone.
class GitRead {
 public:
  GitRead(std::string repository, const job::State& state, std::size_t position)
      : repository_(std::move(repository)) {
    if (::mkdtemp(folder_.data()) == nullptr) give_up("no scratch folder");
    std::ofstream out(list());
    for (const repo::PackageOrigin& origin : state.stack().origins) {
      if (origin.repository != position) continue;
      out << origin.entry->opam.hex() << "\n";
      ++files_;
    }
  }
  GitRead(const GitRead&) = delete;
  GitRead& operator=(const GitRead&) = delete;
  ~GitRead() { std::system(("rm -r " + folder_).c_str()); }

  std::size_t files() const { return files_; }
  Cost cost() const {
    return cost_of([&] { run_program({"git", "-C", repository_, "cat-file", "--batch"}, list()); });
  }

 private:
  std::string list() const { return folder_ + "/blobs"; }

  std::string repository_;
  std::string folder_ = "/tmp/oxbow-bench-XXXXXX";
  std::size_t files_ = 0;
};

class Bench {
 public:
  Bench(std::string program, Change overlay, Change lower)
      : program_(std::move(program)), overlay_(std::move(overlay)), lower_(std::move(lower)) {
    job::StateLoader loader(progress_);
    const auto state = value_of(loader.load(open(), repo::Trust::merged));
    overlay_read_.emplace(overlay_.repository, *state, 0);
    lower_read_.emplace(lower_.repository, *state, 1);
  }

  int run() {
    std::vector<double> wall;
    for (int i = 0; i < runs; ++i) wall.push_back(git_cost(true).wall);
    fmt::print(
        "\n| what | time | × G | CPU time × G | required | aim | |\n"
        "|---|---|---|---|---|---|---|\n"
        "| `git cat-file --batch` of the same {} files (G) | {:.0f} ms | 1.00 | 1.00 | | | |\n",
        overlay_read_->files() + lower_read_->files(), 1000 * median(wall));
    std::fflush(stdout);
    row("git to a universe, cold", {3, 1.5}, true, [&] { cold_universe(); });
    next_state();
    solve_all();
    plan_rows();
    return missed_ ? 1 : 0;
  }

 private:
  struct Limits {
    double required, aim;
  };

  Cost git_cost(bool with_overlay) const {
    Cost cost = lower_read_->cost();
    if (!with_overlay) return cost;
    const Cost more = overlay_read_->cost();
    return {cost.cpu + more.cpu, cost.wall + more.wall};
  }

  /// The medians of some runs, each after a `prepare` that does not count, and beside a G.
  void row(
      std::string_view what, const Limits& limits, bool with_overlay,
      const std::function<void()>& work, const std::function<void()>& prepare = [] {}) {
    std::vector<double> wall;
    std::vector<double> multiples;
    std::vector<double> cpu_multiples;
    for (int i = 0; i < runs; ++i) {
      prepare();
      const Cost g = git_cost(with_overlay);
      const Cost cost = cost_of(work);
      wall.push_back(cost.wall);
      multiples.push_back(cost.wall / g.wall);
      cpu_multiples.push_back(cost.cpu / g.cpu);
    }
    const double multiple = median(multiples);
    fmt::print("| {} | {:.0f} ms | {:.2f} | {:.2f} | ≤ {} | ≤ {} | {} |\n", what,
               1000 * median(wall), multiple, median(cpu_multiples), limits.required, limits.aim,
               judge(multiple, limits));
    std::fflush(stdout);
  }

  const char* judge(double value, const Limits& limits) {
    if (value <= limits.aim) return "aim";
    if (value <= limits.required) return "ok";
    missed_ = true;
    return "MISSED";
  }

  std::vector<job::RepositoryTree> open() {
    job::RepositoryOpener opener({}, progress_);
    return {value_of(opener.open_state({overlay_.repository, "", std::nullopt})),
            value_of(opener.open_state({lower_.repository, "", std::nullopt}))};
  }

  static opam::Target target_of(const Change& change) {
    return {*opam::parse_package_id(change.compiler), *opam::parse_platform("debian-12-x86_64")};
  }

  void cold_universe() {
    job::StateLoader loader(progress_);
    const auto state = value_of(loader.load(open(), repo::Trust::merged));
    value_of(state->target(target_of(overlay_), loader.digests()));
  }

  /// Everything but the packages that changed is known, as when the next commit comes in.
  void next_state() {
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
      return std::make_unique<solve::Universe>(std::move(stack.packages), target_of(overlay_),
                                               similar);
    };
    universe = load(nullptr);
    std::unique_ptr<solve::Universe> next;
    row(
        "git to a universe, the next state", {0.7, 0.3}, true, [&] { next = load(universe.get()); },
        [&] { next.reset(); });
  }

  void solve_all() {
    job::StateLoader loader(progress_);
    const auto state = value_of(loader.load(open(), repo::Trust::merged));
    auto universe =
        std::make_shared<const solve::Universe>(state->stack().packages, target_of(overlay_));
    const auto roots = job::choose_roots(*universe, state->stack(), job::Scope::stack);
    row("solve all roots, with build-ids and explanations", {4, 1}, true, [&] {
      plan::EffectiveDigests digests;
      plan::SolvedState solved(universe, digests);
      solved.solve(roots);
      solved.explain(roots);
    });
  }

  /// What a delivery of a pull request leads to: the head is merged, both states are loaded.
  job::PlanRequest request(const Change& change, const std::optional<Change>& below) {
    job::RepositoryOpener opener({}, progress_);
    job::PlanRequest request;
    request.place = change.repository;
    request.change = value_of(opener.open_change(
        value_of(job::parse_repository_spec(change.repository + "#" + change.change))));
    if (below) {
      request.lower_places = {below->repository};
      request.lower = {value_of(opener.open_state({below->repository, "", std::nullopt}))};
    }
    request.targets = {target_of(change)};
    request.scope = job::Scope::stack;
    return request;
  }

  void plan_rows() {
    row("plan of a pull request, merge included, whole process, cold", {6, 3}, false,
        [&] { run_program(plan_command()); });
    plan_again("the same in a process that holds the base", lower_, std::nullopt);
    plan_again("the same of one that touches a guard in every solution", overlay_, lower_);
  }

  /// The base is loaded and solved, as after the last pull request; the head is not.
  void plan_again(std::string_view what, const Change& change, const std::optional<Change>& below) {
    std::unique_ptr<job::StateLoader> loader;
    row(
        what, {1, 0.3}, below.has_value(),
        [&] { value_of(job::plan(request(change, below), *loader)); },
        [&] {
          loader = std::make_unique<job::StateLoader>(progress_);
          job::PlanRequest base = request(change, below);
          base.change.after = base.change.before;
          const auto loaded = value_of(job::load_change(base, *loader));
          const auto solved = value_of(job::solve_target(base, loaded, target_of(change), *loader));
          if (solved.old_roots.size() < 1000) give_up("the base was not solved");
        });
  }

  std::vector<std::string> plan_command() const {
    return {program_,     "plan",          "--repo",  lower_.repository + "#" + lower_.change,
            "--compiler", lower_.compiler, "--scope", "stack",
            "--json"};
  }

  std::string program_;
  Change overlay_;
  Change lower_;
  job::NoProgress progress_;
  std::optional<GitRead> overlay_read_;
  std::optional<GitRead> lower_read_;
  bool missed_ = false;
};

}  // namespace
}  // namespace oxbow::bench

int main(int count, char** words) {
  using namespace oxbow::bench;
  if (count != 8) {
    fmt::print(stderr,
               "usage: oxbow_bench OXBOW OVERLAY.git BASE..HEAD COMPILER LOWER.git BASE..HEAD "
               "COMPILER\n");
    return 2;
  }
  const std::string program = words[1];
  const Change overlay = {words[2], words[3], words[4]};
  const Change lower = {words[5], words[6], words[7]};
  const bool memory_kept = memory_rows(program, lower.repository, lower.change, lower.compiler);
  const int status = Bench(program, overlay, lower).run();
  return memory_kept ? status : 1;
}
