#include "bot/analysis.h"

#include <catch2/catch.hpp>

#include "tests/bot/tested_world.h"

using namespace oxbow;
using namespace oxbow::bot;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using store::JobKind;
using store::PublicationKind;
using store::RunState;
using store::value;

namespace {

struct Analyst : TestedWorld {
  void work() {
    RunAnalysis analysis(scratch.database, settings, mirrors, loader, [this] { return now; });
    work_on(JobKind::analyse, [&](HeldJob& held) {
      before_work();
      return analysis.work_on(held);
    });
  }
  std::string check(std::string_view name) { return wanted(PublicationKind::check, name); }

  std::function<void()> before_work = [] {};
};

const std::string completed = R"("status":"completed")";

// Packages a.1 to a.12 for one compiler alone, and b.1 for all, which they depend on.
std::string above_b(const std::string& build) {
  std::string text = "b.1\n  build: \"" + build + "\"\n";
  for (int i = 1; i <= 12; ++i) {
    text += "a" + std::to_string(i) + ".1\n  depends: [\"b\" \"ocaml\" {= \"5\"}]\n";
  }
  return text;
}

}  // namespace

TEST_CASE("what an analysis comes to is kept whole: its run, its texts, what follows") {
  Analyst analyst;
  analyst.begin(above_b("old"), above_b("new"));
  analyst.work();
  const store::Run run = analyst.stored();
  CHECK(run.state == RunState::building);
  CHECK(run.started == analyst.now);
  CHECK(run.analysed == analyst.now);
  CHECK(run.conclusion == verdict::Conclusion::success);
  CHECK(run.tested_base == analyst.upper.id("main").hex());
  CHECK(run.lower == std::vector<std::string>{analyst.lower.id("main").hex()});
  CHECK(run.packages_rebuilt == 13);
  CHECK(run.layers == 14);
  CHECK_THAT(run.summary, Contains("rebuilds up to"));
  CHECK(value(analyst.results.targets(run.id)).size() == 2);
  CHECK(value(analyst.results.layers(run.id, 0, 100)).size() == 14);
  CHECK(value(analyst.results.document(run.id, "plan.json")));
  CHECK(value(analyst.results.document(run.id, "comment.md")) ==
        analyst.wanted(PublicationKind::comment));
  CHECK_THAT(analyst.check("oxbow / analysis"), Contains(completed));
  CHECK_THAT(analyst.check("oxbow / 4 · debian-12-x86_64"), !Contains(completed));
  CHECK(analyst.waiting(JobKind::analyse) == 0);
  CHECK(analyst.waiting(JobKind::build) == 1);
}

TEST_CASE("a pull request's label is that of the target that rebuilds most, wherever it stands") {
  for (const bool reversed : {false, true}) {
    Analyst analyst;
    auto& targets = analyst.settings.policy.repositories.front().targets;
    if (reversed) std::ranges::reverse(targets);
    analyst.begin(above_b("old"), above_b("new"));
    analyst.work();
    CHECK(analyst.wanted(PublicationKind::label) == "rebuild: 11-100");
  }
}

TEST_CASE("an analysis compares the two states once") {
  Analyst analyst;
  analyst.begin("b.1\n", "b.1\n  build: \"new\"\n");
  analyst.work();
  CHECK(analyst.progress.comparisons() == 1);
}

TEST_CASE("what is held is analysed, and not built") {
  Analyst analyst;
  analyst.begin("b.1\n", "b.1\n  build: \"new\"\n", store::Hold::approval);
  analyst.work();
  CHECK(analyst.stored().state == RunState::analysis_done);
  CHECK_FALSE(analyst.stored().finished);
  CHECK(analyst.waiting(JobKind::build) == 0);
  CHECK_THAT(analyst.check("oxbow / 5 · debian-12-x86_64"), Contains("action_required"));
}

TEST_CASE("a change that rebuilds nothing is done when it is analysed") {
  Analyst analyst;
  analyst.begin("b.1\n", "b.1\n  synopsis: \"b\"\n");
  analyst.work();
  CHECK(analyst.stored().state == RunState::completed);
  CHECK(analyst.stored().finished == analyst.now);
  CHECK(analyst.waiting(JobKind::build) == 0);
  CHECK_THAT(analyst.check("oxbow / 5 · debian-12-x86_64"), Contains(completed));
}

TEST_CASE("packages that were asked for are built, whether the change rebuilds them or not") {
  Analyst analyst;
  analyst.begin("b.1\n", "b.1\n");
  value(analyst.runs.end(analyst.run, RunState::completed, verdict::Conclusion::success, "",
                         analyst.now));
  value(analyst.jobs.remove_of(analyst.run));
  analyst.run = value(analyst.runs.begin(analyst.stored().subject, store::RunScope::packages, {},
                                         {"b", "nowhere"}, "asked", analyst.now))
                    .run;
  value(analyst.jobs.add(analyst.run, JobKind::analyse, 1, analyst.now));
  analyst.work();
  CHECK(analyst.stored().state == RunState::building);
  CHECK(analyst.waiting(JobKind::build) == 1);
}

TEST_CASE("nothing is kept of an analysis whose job was taken away") {
  Analyst analyst;
  analyst.begin("b.1\n", "b.1\n  build: \"new\"\n");
  SECTION("before it begins") {
    analyst.before_work = [&] { value(analyst.jobs.remove_of(analyst.run)); };
  }
  SECTION("while it goes on") {
    analyst.progress.on_comparison = [&] {
      store::Database other = analyst.scratch.open();
      value(store::Jobs(other).remove_of(analyst.run));
    };
  }
  analyst.work();
  CHECK_FALSE(analyst.stored().analysed);
  CHECK(value(analyst.publications.of_run(analyst.run)).empty());
  CHECK(analyst.waiting(JobKind::build) == 0);
}

TEST_CASE("a head that conflicts fails, and its author is told") {
  Analyst analyst;
  analyst.begin("b.1\n", "b.1\n  build: \"new\"\n");
  analyst.commit(analyst.upper, "b.1\n  build: \"other\"\n");
  analyst.work();
  CHECK(analyst.stored().state == RunState::completed);
  CHECK(analyst.stored().conclusion == verdict::Conclusion::failure);
  CHECK_THAT(analyst.stored().summary, Contains("conflicts in packages/b/b.1/opam"));
  CHECK_THAT(analyst.wanted(PublicationKind::comment), Contains("could not be tested"));
  CHECK_THAT(analyst.check("oxbow / analysis"), Contains("failure"));
  CHECK(analyst.waiting(JobKind::analyse) == 0);
}

TEST_CASE("trouble is tried again, later and later, and then told as such") {
  Analyst analyst;
  analyst.begin("b.1\n", "b.1\n  build: \"new\"\n");
  analyst.settings.policy.repositories.front().place = "/nowhere";
  for (int i = 0; i < 3; ++i) {
    analyst.work();
    CHECK(analyst.stored().state == RunState::analysing);
    CHECK_THAT(analyst.stored().summary, Contains("will be retried") && Contains("/nowhere"));
    CHECK_FALSE(value(analyst.jobs.lease(JobKind::analyse, "me", analyst.now + 5s, 1min)));
    analyst.now += 10min;
  }
  analyst.work();
  CHECK(analyst.stored().state == RunState::completed);
  CHECK(analyst.stored().conclusion == verdict::Conclusion::neutral);
  CHECK_THAT(analyst.check("oxbow / analysis"), Contains("neutral"));
  CHECK_THAT(*value(analyst.results.document(analyst.run, "comment.md")),
             Contains("could not be tested") && Contains("/nowhere"));
  CHECK(analyst.waiting(JobKind::analyse) == 0);
}
