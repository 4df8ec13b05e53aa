#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "bot/held_job.h"
#include "job/mirrors.h"
#include "job/state.h"
#include "store/publications.h"
#include "store/run_results.h"
#include "tests/bot/scratch_store.h"
#include "tests/fakes/counting_progress.h"
#include "tests/fakes/literal_packages.h"
#include "tests/fakes/literal_universe.h"

namespace oxbow::bot {

/// Two repositories, of which the upper is tested on ocaml.5 and ocaml.4, and a store with a run of
/// a pull request to it.
struct TestedWorld {
  static constexpr std::string_view compilers = "ocaml.5\nocaml.4\n";

  TestedWorld() {
    commit(lower, compilers);
    TestedRepository tested;
    tested.name = "o/r";
    tested.place = upper.path().string();
    tested.branches = {"main"};
    tested.below = {{lower.path().string(), "", {}}};
    tested.targets = {solve::literal_target("ocaml.5"), solve::literal_target("ocaml.4")};
    settings.policy.repositories = {tested};
  }

  static std::string commit(const repo::ScratchRepository& repository, std::string_view packages) {
    repository.remove("packages");
    for (const opam::LiteralPackage& package : opam::split_packages(packages)) {
      const std::string name = package.id.substr(0, package.id.find('.'));
      repository.write("packages/" + name + "/" + package.id + "/opam",
                       "opam-version: \"2.0\"\n" + package.fields);
    }
    return repository.commit().hex();
  }

  /// The run of a pull request that makes `after` of `before`.
  store::RunId begin(std::string_view before, std::string_view after,
                     store::Hold hold = store::Hold::none) {
    commit(upper, before);
    upper.git({"checkout", "-q", "-b", "topic"});
    const std::string head = commit(upper, after);
    upper.git({"checkout", "-q", "main"});
    run = store::value(runs.begin(store::pull_subject(5, head), {}, hold, {}, "opened", now)).run;
    store::value(jobs.add(run, store::JobKind::analyse, 1, now));
    return run;
  }

  /// Leases the run's job, and has it worked on; that must be there to be done.
  template <typename Work>
  void work_on(store::JobKind kind, const Work& work) {
    const auto job = store::value(jobs.lease(kind, "me", now, settings.lease));
    REQUIRE(job);
    HeldJob held(scratch.database, scratch.open(), *job, "me", settings.lease,
                 [this] { return now; });
    store::value(work(held));
  }

  store::Run stored() { return *store::value(runs.find(run)); }
  std::size_t waiting(store::JobKind kind) { return store::value(jobs.counts(kind, now)).waiting; }

  /// What GitHub is to show; empty if nothing is.
  std::string wanted(store::PublicationKind kind, std::string_view name = "") {
    for (const store::Publication& one : store::value(publications.of_run(run))) {
      if (one.kind == kind && one.name == name) return one.wanted;
    }
    return "";
  }

  ScratchStore scratch;
  store::Runs runs{scratch.database};
  store::RunResults results{scratch.database};
  store::Jobs jobs{scratch.database};
  store::Publications publications{scratch.database};
  repo::ScratchRepository upper{"upper"};
  repo::ScratchRepository lower{"lower"};
  BotSettings settings;
  job::CountingProgress progress;
  job::Mirrors mirrors{scratch.folder / "mirrors", progress};
  job::StateLoader loader{progress};
  Time now = store::at(1000);
  store::RunId run{};
};

}  // namespace oxbow::bot
