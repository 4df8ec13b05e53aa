#include <catch2/catch.hpp>

#include "tests/real/running.h"

namespace oxbow::real {
namespace {

TEST_CASE("two runs at once build each layer once, and agree") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"runc", "runc"}, {"bwrap", "bwrap"}, {"runc", "bwrap"}};
  const SmallCone cone;
  for (const auto& [one, other] : pairs) {
    DYNAMIC_SECTION(one << " and " << other) {
      const Cache cache;
      Running first(cone.check(cache, one));
      Running second(cone.check(cache, other));
      const Checked a(first.end());
      const Checked b(second.end());
      CHECK(a.code == 0);
      CHECK(b.code == 0);
      std::multiset<std::string> built = a.built();
      built.merge(b.built());
      CHECK(built.size() == SmallCone::size);
      CHECK(built == cache.packages());
      // Neither has only watched.
      CHECK_FALSE(a.built().empty());
      CHECK_FALSE(b.built().empty());
      CHECK(a.verdicts().size() == SmallCone::size);
      CHECK(a.verdicts() == b.verdicts());
      CHECK(a.layers() == b.layers());
      const auto before = whole_layers(cache);

      Running third(cone.check(cache, one));
      const Checked later(third.end());
      CHECK(later.code == 0);
      CHECK(later.built().empty());
      CHECK(later.verdicts() == a.verdicts());
      CHECK(whole_layers(cache) == before);
      CHECK(left_over(cache.path()) == Texts{});
      CHECK(wrong_in(cache) == Texts{});
    }
  }
}

TEST_CASE("what a run uses stays while others collect") {
  const SmallCone cone;
  for (const std::string& sandbox : sandboxes) {
    DYNAMIC_SECTION(sandbox) {
      const Cache cache;
      const e2e::Program program;
      const Texts gc = {"cache", "gc", "--cache", cache.path().string(), "--max-size", "0"};
      REQUIRE(Running(cone.check(cache, sandbox)).end().code == 0);
      // Half of it is built again, upon the other half.
      cone.touch("g");
      Running run(cone.check(cache, sandbox));
      while (!run.has_ended() && names_with(cache, ".draft-").empty()) {
      }
      const std::set<std::string> at_first = cache.keys();
      std::size_t collections = 0;
      for (; !run.has_ended(); ++collections) {
        const Ended collected = program.run(gc);
        INFO(collected.out << collected.err);
        CHECK(collected.code == 0);
      }
      const Ended ended = run.end();
      INFO(ended.out << ended.err);
      const Checked checked(ended);
      CHECK(checked.code == 0);
      CHECK(collections > 2);
      CHECK(checked.built() == std::multiset<std::string>{"g.1", "i.1", "j.1", "k.1", "l.1"});
      for (const auto& [package, outcome] : checked.layers()) CHECK(outcome == "success");
      CHECK(wrong_in(cache) == Texts{});
      CHECK(left_over(cache.path()) == Texts{});

      // Without a lease all of it goes.
      CHECK(program.run(gc).code == 0);
      CHECK(cache.keys().empty());
      CHECK_FALSE(at_first.empty());
    }
  }
}

TEST_CASE("a run ends well however the cache is emptied before it") {
  const SmallCone cone;
  const Cache cache;
  const e2e::Program program;
  REQUIRE(Running(cone.check(cache, "bwrap")).end().code == 0);
  Running run(cone.check(cache, "bwrap"));
  while (!run.has_ended()) {
    CHECK(program.run({"cache", "gc", "--cache", cache.path().string(), "--max-size", "0"}).code ==
          0);
  }
  const Checked checked(run.end());
  CHECK(checked.code == 0);
  CHECK(wrong_in(cache) == Texts{});
}

}  // namespace
}  // namespace oxbow::real
