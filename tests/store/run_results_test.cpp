#include "store/run_results.h"

#include <catch2/catch.hpp>

#include "tests/store/stores.h"

using namespace oxbow;
using namespace oxbow::store;
using Catch::Matchers::Contains;

TEST_CASE("a run's plan replaces what it had, and its layers change one by one") {
  Database database = new_store();
  Runs runs(database);
  RunResults results(database);
  const RunId run = begin_run(runs, 1, "a");
  const std::vector<RunTarget> targets = {
      {*opam::parse_target("c.1 on debian-12-x86_64"), 2, 2, 1, 3.5, {}}};
  std::vector<RunLayer> layers(2);
  layers[0].package = "a.1";
  layers[0].key = "k0";
  layers[1].package = "b.1";
  layers[1].key = "k1";
  layers[1].position = 1;
  value(results.set_plan(run, targets, layers));
  value(results.set_plan(run, targets, layers));
  layers[1].state = LayerState::done;
  layers[1].outcome = verdict::Outcome::failure;
  layers[1].error_line = "Error: <x>";
  value(results.set_layer(run, layers[1]));
  const auto stored = value(results.layers(run, 0, 10));
  REQUIRE(stored.size() == 2);
  CHECK(stored[1].outcome == verdict::Outcome::failure);
  CHECK(stored[1].error_line == "Error: <x>");
  CHECK(value(results.layers(run, 1, 10)).front().key == "k1");
  CHECK(value(results.layer(run, 0, "k1"))->package == "b.1");
  CHECK_FALSE(value(results.layer(run, 1, "k1")));
  value(results.set_target_conclusion(run, 0, verdict::Conclusion::failure));
  CHECK(value(results.targets(run)).front().conclusion == verdict::Conclusion::failure);
  CHECK(value(results.targets(run)).front().target == targets[0].target);
  CHECK(value(results.targets(run)).front().estimated_seconds == 3.5);
  value(results.set_roots(
      run, std::vector{RunRoot{0, "a.1", verdict::Outcome::success, verdict::Outcome::failure,
                               verdict::Verdict::regressed, "k1"}}));
  CHECK(value(results.roots(run)).front().verdict == verdict::Verdict::regressed);
  value(results.set_document(run, "comment.md", "x"));
  value(results.set_document(run, "comment.md", "y"));
  CHECK(value(results.document(run, "comment.md")) == "y");
  CHECK_FALSE(value(results.document(run, "plan.json")));
}

TEST_CASE("a target that cannot be read is an error that names its row") {
  Database database = new_store();
  Runs runs(database);
  RunResults results(database);
  const RunId run = begin_run(runs, 1, "a");
  RunTarget target;
  target.target = *opam::parse_target("c.1 on debian-12-x86_64");
  value(results.set_plan(run, std::vector{target}, {}));
  value(database.run("UPDATE run_targets SET platform = 'debian'"));
  CHECK_THAT(results.targets(run).error().message,
             Contains("run_targets where run = 1 and position = 0 and compiler = c.1, platform is "
                      "'debian'"));
}

TEST_CASE("what is stored of a result and means none is an error that names row and column") {
  struct Row {
    const char* change;
    const char* told;
  };
  for (const Row& row :
       {Row{"UPDATE runs SET conclusion = 'skipped'",
            "runs where id = 1 and repository = o/r and kind = pull_request, conclusion is "
            "'skipped'"},
        Row{"UPDATE run_targets SET conclusion = 'x'",
            "run_targets where run = 1 and position = 0 and compiler = c.1, conclusion is 'x'"},
        Row{"UPDATE run_layers SET outcome = 'lost'",
            "run_layers where run = 1 and target = 0 and position = 0, outcome is 'lost'"},
        Row{"UPDATE run_roots SET base = ''",
            "run_roots where run = 1 and target = 0 and package = a.1, base is ''"},
        Row{"UPDATE run_roots SET head = 'Success'",
            "run_roots where run = 1 and target = 0 and package = a.1, head is 'Success'"},
        Row{"UPDATE run_roots SET verdict = 'worse'",
            "run_roots where run = 1 and target = 0 and package = a.1, verdict is 'worse'"}}) {
    INFO(row.change);
    Database database = new_store();
    Runs runs(database);
    RunResults results(database);
    const RunId run = begin_run(runs, 1, "a");
    RunTarget target;
    target.target = *opam::parse_target("c.1 on debian-12-x86_64");
    RunLayer layer;
    layer.key = "k";
    value(results.set_plan(run, std::vector{target}, std::vector{layer}));
    RunRoot root;
    root.package = "a.1";
    value(results.set_roots(run, std::vector{root}));
    const auto error = [&]() -> std::string {
      if (auto read = runs.find(run); !read) return read.error().message;
      if (auto read = results.targets(run); !read) return read.error().message;
      if (auto read = results.layers(run, 0, 10); !read) return read.error().message;
      if (auto read = results.roots(run); !read) return read.error().message;
      return "";
    };
    CHECK(error().empty());
    value(database.run(row.change));
    CHECK_THAT(error(), Contains(row.told));
  }
}
