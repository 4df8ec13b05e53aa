#include "web/site.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "cache/log.h"
#include "cache/store.h"
#include "tests/repo/scratch_repository.h"
#include "tests/store/stores.h"
#include "web/html.h"
#include "web/rate_limit.h"

using namespace oxbow;
using namespace oxbow::web;
using Catch::Matchers::Contains;
using store::at;
using store::value;
namespace fs = std::filesystem;

namespace {

const std::string hostile =
    "<script>alert(1)</script>\"><img src=x onerror='a'>\xe2\x80\xae\x1b[31m\xff";
const std::string key(64, 'b');

struct Pages {
  Pages() : site(open(), {cache, "https://github.com", false}) {
    store::Database database = open();
    store::Runs runs(database);
    store::RunResults results(database);
    store::RunSubject subject = store::pull_subject(5, std::string(40, 'a'));
    subject.title = hostile;
    subject.author = hostile;
    run = value(runs.begin(subject, store::RunScope::everything, store::Hold::none, {}, hostile,
                           at(1)))
              .run;
    store::RunLayer layer;
    layer.package = hostile;
    layer.key = key;
    layer.reason = hostile;
    layer.error_line = hostile;
    value(
        results.set_plan(run,
                         std::vector{store::RunTarget{
                             *opam::parse_target("ocaml.5 on debian-12-x86_64"), 1, 1, 0, 90, {}}},
                         std::vector{layer}));
    value(results.set_roots(run, std::vector{store::RunRoot{0, hostile, verdict::Outcome::success,
                                                            verdict::Outcome::failure,
                                                            verdict::Verdict::regressed, key}}));
    value(results.set_document(run, "comment.md", "line\n" + hostile));
  }

  store::Database open() const {
    return value(store::Database::open(folder / "store", store::Database::Access::read_write));
  }

  Response get(const std::string& path, std::map<std::string, std::string> query = {},
               const std::string& etag = "") {
    return site.answer({"GET", path, std::move(query), etag}, at(100));
  }

  // A failed build of the layer comes into the cache; returns the build's name.
  std::string commit_layer(double created, const std::string& log) const {
    const cache::LayerStore store(cache, "debian-12-x86_64");
    auto draft = value(store.begin(key));
    repo::write_file(draft.folder() / "build.log", log);
    cache::LayerRecord record;
    record.package = {"a", "1"};
    record.exit_status = 31;
    record.outcome = verdict::Outcome::failure;
    record.created = created;
    value(store.commit(std::move(draft), key, record));
    return cache::build_name(record);
  }

  void finish_layer() const {
    store::Database database = open();
    store::RunResults results(database);
    store::RunLayer layer = *value(results.layer(run, 0, key));
    layer.state = store::LayerState::done;
    layer.outcome = verdict::Outcome::failure;
    value(results.set_layer(run, layer));
  }

  ScratchFolder folder;
  fs::path cache = folder / "cache";
  Site site;
  store::RunId run{};
};

}  // namespace

TEST_CASE("no text gets out of its place on any page") {
  Pages pages;
  fs::create_directories(pages.cache / "debian-12-x86_64" / key);
  repo::write_file(pages.cache / "debian-12-x86_64" / key / "build.log", hostile + "\n");
  const std::vector<std::string> paths = {"/", "/runs/1", "/runs/1/layers", "/runs/1/comment",
                                          "/runs/1/log/0/" + key};
  for (const std::string& path : paths) {
    const Response response = pages.get(path);
    INFO(path);
    CHECK(response.status == 200);
    CHECK_THAT(response.body, Contains("&lt;script&gt;alert(1)"));
    CHECK_THAT(response.body, !Contains("<script>") && !Contains("<img") && !Contains("\x1b"));
    CHECK_THAT(response.body, !Contains("\xe2\x80\xae") && !Contains("\xff"));
  }
}

TEST_CASE("roots are listed by verdict, open where somebody has to look") {
  Pages pages;
  store::Database database = pages.open();
  std::vector<store::RunRoot> roots;
  for (const verdict::Verdict verdict : verdict::verdicts_by_weight) {
    roots.push_back({0, std::string(name(verdict)) + ".1", verdict::Outcome::success,
                     verdict::NotBuilt(), verdict, ""});
  }
  value(store::RunResults(database).set_roots(pages.run, roots));
  const std::string body = pages.get("/runs/1").body;
  std::size_t at = 0;
  for (const verdict::Verdict verdict : verdict::verdicts_by_weight) {
    const std::string begin =
        needs_attention(verdict) ? "<details open><summary>" : "<details><summary>";
    const std::string list = begin + std::string(title(verdict)) + ": 1</summary><ul><li>" +
                             std::string(name(verdict)) + ".1: success before, not_built now</li>";
    INFO(list);
    at = body.find(list, at);
    REQUIRE(at != std::string::npos);
  }
}

TEST_CASE("what there is not is told as such") {
  Pages pages;
  for (const char* const path :
       {"/runs", "/runs/", "/runs/x", "/runs/-1", "/runs/2", "/runs/1/x", "/x", "//",
        "/runs/1/log/0/../../etc", "/runs/1/log/1/k", "/runs/99999999999999999999"}) {
    INFO(path);
    CHECK(pages.get(path).status == 404);
  }
  CHECK(pages.site.answer({"POST", "/", {}, ""}, at(1)).status == 405);
  CHECK(pages.get("/", {{"before", "nonsense"}}).status == 200);
}

TEST_CASE("a page that has not changed is not sent again, and one that has is") {
  Pages pages;
  const Response first = pages.get("/runs/1");
  CHECK(pages.get("/runs/1", {}, first.etag).status == 304);
  CHECK(pages.get("/runs/1", {}, first.etag).body.empty());
  store::Database database = pages.open();
  store::Runs runs(database);
  value(runs.end(pages.run, store::RunState::completed, verdict::Conclusion::failure, "", at(9)));
  const Response second = pages.get("/runs/1", {}, first.etag);
  CHECK(second.status == 200);
  CHECK_THAT(second.body, Contains("failure"));
}

TEST_CASE("a log grows while its build runs, and what is shown of it is kept by nobody") {
  Pages pages;
  const std::string address = "/runs/1/log/0/" + key;
  CHECK_THAT(pages.get(address).body, Contains("/live.js"));
  const fs::path draft = pages.cache / "debian-12-x86_64" / (".draft-" + key + "-abcdef");
  repo::write_file(draft / "build.log", "one\n");
  CHECK_THAT(pages.get(address).body, Contains("one\n") && Contains("data-next=\"4\""));
  CHECK(pages.get(address).cache_control == "no-store");
  repo::write_file(draft / "build.log", "one\ntwo\n");
  const Response more = pages.get(address, {{"from", "4"}});
  CHECK(more.body == "two\n");
  CHECK(more.headers.at("X-Next") == "8");
  CHECK(more.headers.at("X-Finished") == "0");
  CHECK(more.cache_control == "no-store");
  fs::rename(draft, pages.cache / "debian-12-x86_64" / key);
  CHECK(pages.get(address, {{"from", "8"}}).headers.at("X-Finished") == "1");
  CHECK_THAT(pages.get(address).body, !Contains("/live.js"));
  CHECK(pages.get(address).cache_control == "no-store");
  CHECK(pages.get(address, {{"raw", ""}}).body == "one\ntwo\n");
}

TEST_CASE("of a long log the end is shown, and that it is the end") {
  Pages pages;
  const fs::path log = pages.cache / "debian-12-x86_64" / key / "build.log";
  const std::string address = "/runs/1/log/0/" + key;
  repo::write_file(log, "FIRST\n" + std::string((1U << 20U) - 6, 'x'));
  CHECK_THAT(pages.get(address).body, Contains("FIRST") && !Contains("left out"));
  repo::write_file(log, "FIRST\n" + std::string((1U << 20U) - 5, 'x'));
  CHECK_THAT(pages.get(address).body, !Contains("FIRST") && Contains("The beginning is left out"));
  CHECK_THAT(pages.get(address, {{"from", "0"}}).body, Contains("FIRST"));
  // What is not a number is as if it was not there.
  CHECK_THAT(pages.get(address, {{"from", "-1"}}).type, Contains("text/html"));
}

TEST_CASE("a link leads to pages and the web alone") {
  for (const char* const safe : {"/runs/1", "?before=2", "https://h/x", "http://h/x"}) {
    CHECK_THAT(link(safe, text("x")).to_string(), Contains(std::string("href=\"") + safe));
  }
  for (const char* const wrong : {"javascript:alert(1)", "data:text/html,x", "runs/1", "", " /x"}) {
    CHECK(link(wrong, text("x")).to_string() == "x");
  }
}

TEST_CASE("a dry run says that nothing was written") {
  Pages pages;
  store::Database database = pages.open();
  store::Publication check;
  check.repository = "o/r";
  check.kind = store::PublicationKind::check;
  check.name = "analysis";
  check.run = pages.run;
  value(store::Publications(database).want(check, "{}", at(1)));
  CHECK_THAT(pages.get("/runs/1").body, Contains("waiting") && !Contains("dry run"));
  Site dry(pages.open(), {pages.cache, "https://github.com", true});
  CHECK_THAT(dry.answer({"GET", "/runs/1", {}, ""}, at(100)).body,
             Contains("not written (dry run)"));
}

TEST_CASE("a log never changes at the address that names its build, once the run has done it") {
  Pages pages;
  const std::string address = "/runs/1/log/0/" + key;
  const std::string old_build = pages.commit_layer(1700000000, "old failure\n");
  // It is to be built again: whatever the address says, the log may be another one tomorrow.
  CHECK_THAT(pages.get("/runs/1").body, !Contains("?build="));
  CHECK_THAT(pages.get(address, {{"build", old_build}}).body, Contains("old failure"));
  CHECK(pages.get(address, {{"build", old_build}}).cache_control == "no-store");

  const std::string build = pages.commit_layer(1700000001.5, "new failure\n");
  pages.finish_layer();
  CHECK(build != old_build);
  CHECK_THAT(pages.get("/runs/1").body, Contains(address + "?build=" + build + "\""));
  const Response named = pages.get(address, {{"build", build}});
  CHECK_THAT(named.body, Contains("new failure"));
  CHECK_THAT(named.cache_control, Contains("immutable"));
  CHECK(pages.get(address).cache_control == "no-store");
  CHECK(pages.get(address, {{"build", old_build}}).cache_control == "no-store");
  CHECK(pages.get(address, {{"build", ""}}).cache_control == "no-store");
  CHECK(pages.get(address, {{"build", build}, {"from", "0"}}).cache_control == "no-store");

  // A later run built it again.
  pages.commit_layer(1700000002, "newest failure\n");
  CHECK_THAT(pages.get(address, {{"build", build}}).body, Contains("newest failure"));
  CHECK(pages.get(address, {{"build", build}}).cache_control == "no-store");
}

TEST_CASE("a log whose layer has no record that can be read is kept by nobody") {
  Pages pages;
  const std::string address = "/runs/1/log/0/" + key;
  const std::string build = pages.commit_layer(1700000000, "made\n");
  pages.finish_layer();
  repo::write_file(pages.cache / "debian-12-x86_64" / key / "layer.json", "{");
  for (const std::string& named : {build, std::string()}) {
    CHECK(pages.get(address, {{"build", named}}).cache_control == "no-store");
  }
  CHECK_THAT(pages.get("/runs/1").body, !Contains("?build="));
}

TEST_CASE("no link in the cache leads anywhere") {
  Pages pages;
  repo::write_file(pages.folder / "secret", "secret");
  const fs::path layer = pages.cache / "debian-12-x86_64" / key;
  fs::create_directories(layer);
  fs::create_symlink(pages.folder / "secret", layer / "build.log");
  CHECK_THAT(pages.get("/runs/1/log/0/" + key).body, !Contains("secret"));
}

TEST_CASE("long lists come in pages") {
  Pages pages;
  store::Database database = pages.open();
  store::Runs runs(database);
  for (int i = 0; i < 60; ++i) {
    value(runs.begin(store::pull_subject(100 + i, "h"), store::RunScope::everything,
                     store::Hold::none, {}, "", at(2)));
  }
  std::vector<store::RunLayer> layers(450);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    layers[i].position = i;
    layers[i].package = "p" + std::to_string(i) + ".1";
    layers[i].key = "k" + std::to_string(i);
  }
  value(store::RunResults(database).set_plan(pages.run, {}, layers));
  CHECK_THAT(pages.get("/").body, Contains("/?before=12") && !Contains("/runs/11\""));
  CHECK_THAT(pages.get("/", {{"before", "12"}}).body, Contains("/runs/11\""));
  CHECK_THAT(pages.get("/runs/1").body,
             Contains("p199.1") && !Contains("p200.1") && Contains("/runs/1/layers?after=200"));
  CHECK_THAT(pages.get("/runs/1/layers", {{"after", "400"}}).body,
             Contains("p449.1") && !Contains("after=600"));
}

TEST_CASE("metrics are in Prometheus's format, and health is the store's") {
  Pages pages;
  pages.get("/x");
  const Response metrics = pages.get("/metrics");
  CHECK_THAT(metrics.body, Contains("# TYPE oxbow_runs gauge\n") &&
                               Contains("oxbow_runs{state=\"queued\"} 1\n") &&
                               Contains("oxbow_jobs{kind=\"build\",state=\"waiting\"} 0\n") &&
                               Contains("oxbow_pages_total{status=\"404\"} 1\n"));
  CHECK(pages.get("/healthz").body == "ok\n");
}

TEST_CASE("a client has a burst and a rate, and others are not held up by it") {
  using namespace std::chrono_literals;
  RateLimit limit(3, 1);
  const RateLimit::Time now{};
  for (int i = 0; i < 3; ++i) CHECK(limit.allows("a", now));
  CHECK_FALSE(limit.allows("a", now));
  CHECK(limit.allows("b", now));
  CHECK_FALSE(limit.allows("a", now + 900ms));
  CHECK(limit.allows("a", now + 2s));
  for (int i = 0; i < 30'000; ++i) limit.allows(std::to_string(i), now + 2s);
  CHECK(limit.allows("new", now + 2s));
}
