#include "job/explain.h"

#include <catch2/catch.hpp>

#include "tests/fakes/counting_progress.h"
#include "tests/job/requests.h"

using namespace oxbow;
using namespace oxbow::job;
using Catch::Matchers::Contains;

namespace {

using Words = std::vector<std::string>;

Explained explained(const PlanRequest& request, std::string_view package) {
  NoProgress progress;
  StateLoader loader(progress);
  auto all = explain(request, package, loader);
  INFO((all ? "" : all.error().message));
  REQUIRE(all);
  REQUIRE(all->size() == 1);
  return std::move(all->front());
}

Words path(const Explained& explained) {
  Words words;
  for (const plan::ConeLayer& layer : explained.path) words.push_back(layer.package.to_string());
  return words;
}

/// "NAME: constraint; constraint (new); without NAME.VERSION".
Words refutation(const Explained& explained) {
  Words words;
  for (const JudgedConstraints& group : explained.refutation) {
    std::string line = group.name + ":";
    for (const JudgedConstraint& constraint : group.constraints) {
      line += " " + constraint.text + (constraint.by_change ? " (new);" : ";");
    }
    for (const opam::PackageId& id : group.removed) line += " without " + id.to_string() + ";";
    words.push_back(line);
  }
  return words;
}

}  // namespace

TEST_CASE("a package that is rebuilt is explained by the shortest way from what changed") {
  constexpr std::string_view before = R"(
a.1
  depends: ["b" "c"]
b.1
  depends: ["d"]
c.1
d.1
  depends: ["e"]
e.1
)";
  std::string after(before);
  after.replace(after.find("c.1\n"), 4, "c.1\n  build: \"new\"\n");
  after += "  build: \"new\"\n";  // of e.1
  const Explained answer = explained(literal_request(before, after), "a.1");
  CHECK(answer.solved);
  CHECK(answer.target.to_string() == "ocaml.5 on debian-12-x86_64");
  CHECK(answer.package == opam::PackageId{"a", "1"});
  CHECK(answer.refutation.empty());
  CHECK(path(answer) == Words{"c.1", "a.1"});
  REQUIRE(answer.origin.size() == 1);
  CHECK(answer.origin[0].package == opam::PackageId{"c", "1"});
  CHECK(answer.origin[0].fields == Words{"build"});
}

TEST_CASE("the way ends where the solver chose anew, which no change need have touched") {
  const std::string before = "a.1\n  depends: [\"b\"]\nb.1\n  depends: [\"c\"]\nc.1\n";
  const Explained answer = explained(literal_request(before, before + "c.2\n"), "a");
  CHECK(path(answer) == Words{"b.1", "a.1"});
  CHECK(answer.path[0].because.cause == plan::Cause::choice);
  CHECK(answer.origin.empty());
}

TEST_CASE("a package that changed directly is the whole way") {
  const Explained answer = explained(literal_request("a.1\n", "a.1\n  build: \"x\"\n"), "a.1");
  CHECK(path(answer) == Words{"a.1"});
  CHECK(answer.origin.size() == 1);
}

TEST_CASE("a package that is not rebuilt has no way") {
  const Explained answer =
      explained(literal_request("a.1\nb.1\n", "a.1\nb.1\n  build: \"x\"\n"), "a.1");
  CHECK(answer.solved);
  CHECK(answer.path.empty());
  CHECK(answer.origin.empty());
}

TEST_CASE("a package of a lower repository is solved for on its own") {
  const Explained answer = explained(
      literal_request("b.1\n", "b.1\n  build: \"x\"\n", "ocaml.5\nz.1\n  depends: [\"b\"]\n"), "z");
  CHECK(answer.package == opam::PackageId{"z", "1"});
  CHECK(path(answer) == Words{"b.1", "z.1"});
}

TEST_CASE("a name alone is its newest available version") {
  const std::string text = "a.1\na.10\na.9\na.11\n  available: false\n";
  CHECK(explained(literal_request(text, text), "a").package == opam::PackageId{"a", "10"});
}

TEST_CASE("a name alone is rather the newest version that is rebuilt") {
  const std::string before = R"(
a.1
  depends: ["c"]
a.2
b.1
  depends: ["a" {< "2"}]
c.1
)";
  const Explained answer = explained(literal_request(before, before + "  build: \"x\"\n"), "a");
  CHECK(answer.package == opam::PackageId{"a", "1"});
  CHECK(path(answer) == Words{"c.1", "a.1"});
}

TEST_CASE("a package without a solution is explained, and what the change brought is marked") {
  const std::string before = "a.1\n  depends: [\"b\" \"c\"]\nb.1\nc.1\n";
  const std::string after = "a.1\n  depends: [\"b\" \"c\"]\nb.1\n  conflicts: [\"c\"]\nc.1\n";
  const Explained answer = explained(literal_request(before, after), "a.1");
  CHECK_FALSE(answer.solved);
  CHECK(refutation(answer) ==
        Words{"b: a.1 requires b;", "c: a.1 requires c; b.1 conflicts with c (new);"});
}

TEST_CASE("versions that the change removed are named where they are missed") {
  const std::string before = "a.1\n  depends: [\"b\" {< \"2\"}]\nb.1\nb.2\n  build: \"else\"\n";
  const std::string after = "a.1\n  depends: [\"b\" {< \"2\"}]\nb.2\n  build: \"else\"\n";
  CHECK(refutation(explained(literal_request(before, after), "a.1")) ==
        Words{"b: a.1 requires b < 2; without b.1;"});
}

TEST_CASE("a version that was renamed away is missed too") {
  const std::string body = "  build: \"x\"\n  install: \"y\"\n  remove: \"z\"\n";
  const std::string user = "a.1\n  depends: [\"b\" {< \"2\"}]\n";
  CHECK(refutation(explained(literal_request(user + "b.1\n" + body, user + "b.2\n" + body),
                             "a.1")) == Words{"b: a.1 requires b < 2; without b.1;"});
}

TEST_CASE("a package is explained for every target") {
  NoProgress progress;
  StateLoader loader(progress);
  PlanRequest request = literal_request("a.1\n", "a.1\n  depends: [\"ocaml\" {>= \"5\"}]\n");
  request.targets.push_back(solve::literal_target("ocaml.4"));
  const auto all = explain(request, "a.1", loader);
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  CHECK((*all)[0].solved);
  CHECK(path((*all)[0]) == Words{"a.1"});
  CHECK_FALSE((*all)[1].solved);
  CHECK((*all)[1].target.compiler.to_string() == "ocaml.4");
  CHECK(refutation((*all)[1]) ==
        Words{"ocaml: the target is ocaml.4; a.1 requires ocaml >= 5 (new);"});
}

TEST_CASE("a change is compared once, and read once, for however many targets it is explained") {
  CountingProgress progress;
  StateLoader loader(progress);
  const std::string patched =
      "a.1\n  extra-files: [\"p\" \"md5=00000000000000000000000000000000\"]\n";
  PlanRequest request = literal_request(
      literal_repository("a.1\n", ""),
      literal_repository(repository_files(patched, {{"packages/a/a.1/files/p", "a patch"}}), ""));
  request.targets.push_back(solve::literal_target("ocaml.4"));
  REQUIRE(explain(request, "a", loader));
  CHECK(progress.comparisons() == 1);
  CHECK(counting(request.change.after).reads("a patch") == 1);
}

TEST_CASE("a package that is nowhere is an error") {
  NoProgress progress;
  StateLoader loader(progress);
  const PlanRequest request = literal_request("a.1\n", "a.1\nb.1\n  available: false\n");
  const auto message = [&](std::string_view package) {
    const auto all = explain(request, package, loader);
    REQUIRE_FALSE(all);
    return all.error().message;
  };
  CHECK_THAT(message("a.2"), Contains("there is no package 'a.2'"));
  CHECK_THAT(message("c"), Contains("there is no available package 'c'"));
  CHECK_THAT(message("b"), Contains("there is no available package 'b'"));
}
