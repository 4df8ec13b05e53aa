#pragma once

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "cache/store.h"
#include "job/layer_run.h"
#include "schedule/schedule.h"

namespace oxbow::job {

/// FakeBuilds runs steps without a sandbox, and puts what lasts into a cache. What becomes of a
/// step stands in its opam file: it fails, hangs or meets trouble if that holds "fails", "hangs" or
/// "troubles", and else succeeds. What is to be mounted below a step has to be in the cache. It
/// remembers what it was asked for.
class FakeBuilds {
 public:
  explicit FakeBuilds(const cache::LayerStore& store) : cache_(store.folder().parent_path()) {}

  // What happens.
  std::optional<std::size_t> limit;  ///< of steps, over all graphs; the rest is cancelled
  std::string no_start;              ///< an error instead of any result

  // What happened.
  std::vector<schedule::StepGraph> graphs;
  std::vector<std::vector<std::string>> names;  ///< of their steps
  std::vector<std::size_t> cached;
  layer::BuildSettings settings;  ///< of the last task

  Result<std::vector<schedule::StepResult>> operator()(const LayerSteps& steps) {
    graphs.push_back(steps.graph());
    names.emplace_back();
    for (std::size_t i = 0; i < steps.graph().steps.size(); ++i) {
      names.back().push_back(steps.name(static_cast<schedule::StepIndex>(i)));
    }
    cached.push_back(steps.cached());
    if (!no_start.empty()) return fail(no_start);
    schedule::Schedule schedule(steps.graph());
    while (const auto ready = schedule.next()) {
      if (limit && started_ == *limit) {
        schedule::StepResult left_out;
        left_out.outcome = verdict::Outcome::cancelled;
        schedule.finished(ready->step, left_out);
        continue;
      }
      ++started_;
      const auto task = steps.task(ready->step);
      if (task) settings = task->settings;
      schedule.finished(ready->step,
                        task ? build(task->recipe) : schedule::StepResult(task.error()));
    }
    REQUIRE(schedule.done());
    return std::move(schedule).results();
  }

  /// "a.1 b.1": the steps of one of the graphs, in its order.
  std::string steps(std::size_t graph = 0) const {
    REQUIRE(graph < graphs.size());
    std::string words;
    for (const std::string& name : names[graph]) words += (words.empty() ? "" : " ") + name;
    return words;
  }

 private:
  schedule::StepResult build(const layer::Recipe& spec) const {
    schedule::StepResult result;
    result.outcome = verdict::Outcome::success;
    result.seconds = 2.5;
    result.attempts = 1;
    for (const layer::LayerName& below : spec.below) {
      INFO(spec.package.to_string() + " needs " + below.package.to_string());
      const auto there = cache::LayerStore(cache_, spec.platform).find(below.key);
      REQUIRE((there && *there && (*there)->outcome == verdict::Outcome::success));
    }
    if (spec.opam.contains("fails")) result.outcome = verdict::Outcome::failure;
    if (spec.opam.contains("hangs")) result.outcome = verdict::Outcome::timed_out;
    if (spec.opam.contains("troubles")) {
      result.outcome = verdict::Outcome::internal_error;
      result.trouble = verdict::Trouble::source_unavailable;
      result.message = "no route to host";
      result.attempts = 3;
      return result;
    }
    keep(spec, result);
    return result;
  }

  void keep(const layer::Recipe& spec, const schedule::StepResult& result) const {
    const cache::LayerStore store(cache_, spec.platform);
    auto draft = store.begin(spec.key);
    REQUIRE(draft);
    std::filesystem::create_directories(draft->folder() / "fs");
    std::ofstream(draft->folder() / "fs/installed") << spec.package.to_string();
    std::ofstream(draft->folder() / "build.log") << "log of " << spec.package.to_string() << "\n";
    cache::LayerRecord record;
    record.package = spec.package;
    record.outcome = result.outcome;
    record.exit_status = result.outcome == verdict::Outcome::success ? 0 : 1;
    record.created = 1'700'000'000;
    record.seconds = result.seconds;
    record.time_limit = result.outcome == verdict::Outcome::timed_out ? 3600 : 0;
    const auto committed = store.commit(std::move(*draft), spec.key, record);
    INFO((committed ? "" : committed.error().message));
    REQUIRE(committed);
  }

  std::filesystem::path cache_;
  std::size_t started_ = 0;
};

}  // namespace oxbow::job
