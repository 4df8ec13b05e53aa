#include "store/database.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "store/deliveries.h"
#include "tests/repo/scratch_repository.h"
#include "tests/store/stores.h"

using namespace oxbow;
using namespace oxbow::store;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

using Access = Database::Access;

struct ScratchStore {
  ScratchFolder folder;
  fs::path file = folder.path() / "oxbow.sqlite";

  Database open(Access access = Access::read_write) const {
    return value(Database::open(file, access));
  }
  std::string error(Access access = Access::read_write) const {
    const auto opened = Database::open(file, access);
    REQUIRE_FALSE(opened);
    return opened.error().message;
  }
};

Delivery delivery(const std::string& guid) { return {guid, "ping", "{}", at(1)}; }

std::size_t count(Database& database) {
  std::size_t all = 0;
  for (const std::size_t one : value(Deliveries(database).counts())) all += one;
  return all;
}

}  // namespace

TEST_CASE("a store is made for its owner and group alone, and found again") {
  const ScratchStore store;
  {
    Database database = store.open();
    value(Deliveries(database).add(std::vector{delivery("a")}));
  }
  for (const char* const name : {"oxbow.sqlite", "oxbow.sqlite-wal"}) {
    Database open = store.open();
    CHECK(fs::status(store.folder / name).permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read |
           fs::perms::group_write));
  }
  Database again = store.open();
  CHECK(count(again) == 1);
  Database pages = store.open(Access::read_only);
  CHECK(count(pages) == 1);
  CHECK_FALSE(Deliveries(pages).add(std::vector{delivery("b")}));
}

TEST_CASE("what is not a store, or of another version, is refused by name") {
  const ScratchStore store;
  CHECK_THAT(store.error(Access::read_only), Contains(store.file.string()));
  std::ofstream(store.file) << "this is not a database, although it is long enough to be one.\n"
                            << std::string(4096, 'x');
  CHECK_THAT(store.error(), Contains(store.file.string()) && Contains("name another file"));
  fs::remove(store.file);
  {
    Database database = store.open();
    value(database.run("PRAGMA user_version = 1000"));
  }
  CHECK_THAT(store.error(), Contains("schema 1000") && Contains("update oxbow"));
  CHECK_THAT(store.error(Access::read_only), Contains("schema 1000"));
}

TEST_CASE("an older store is brought to the newest schema by who may write") {
  const ScratchStore store;
  {
    Database database = store.open();
    for (const char* const table : {"pace", "publications", "jobs", "run_documents", "run_roots",
                                    "run_layers", "run_targets", "runs", "pulls", "deliveries"}) {
      const std::string drop = std::string("DROP TABLE ") + table;
      value(database.run(drop.c_str()));
    }
    value(database.run("PRAGMA user_version = 0"));
  }
  CHECK_THAT(store.error(Access::read_only), Contains("start `oxbow worker`"));
  Database database = store.open();
  CHECK(count(database) == 0);
}

TEST_CASE("what a column cannot hold is an error that names its row, and not a value") {
  Database database = new_store();
  Runs runs(database);
  value(runs.begin(pull_subject(1, "h"), RunScope::everything, Hold::none, {}, "opened", at(1)));
  value(database.run("UPDATE runs SET scope = 'half\x1b[31m'"));
  const auto found = runs.list(std::nullopt, 10);
  REQUIRE_FALSE(found);
  CHECK_THAT(found.error().message,
             Contains("runs where id = 1 and repository = o/r and kind = pull_request, scope is "
                      "'half\\x1b[31m', which this program cannot read; update oxbow"));
  value(database.run("UPDATE runs SET state = ''"));
  CHECK_THAT(runs.counts().error().message, Contains("runs where state is ''"));
}

TEST_CASE("a transaction that fails leaves nothing, and one inside another is a part of it") {
  Database database = new_store();
  const auto failed = database.transaction([&]() -> Result<void> {
    value(database.transaction([&]() -> Result<void> {
      value(Deliveries(database).add(std::vector{delivery("a")}));
      return {};
    }));
    return fail("no");
  });
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message == "no");
  CHECK(count(database) == 0);
  value(Deliveries(database).add(std::vector{delivery("b")}));
  CHECK(count(database) == 1);
}

TEST_CASE("several connections write at once, and none loses anything") {
  const ScratchStore store;
  store.open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&store, i] {
      auto database = Database::open(store.file, Access::read_write);
      for (int j = 0; database && j < 50; ++j) {
        const Delivery one = delivery(std::to_string(i) + "-" + std::to_string(j));
        if (!Deliveries(*database).add({&one, 1})) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Database database = store.open();
  CHECK(count(database) == 200);
}

TEST_CASE("no query reads a whole table") {
  Database database = new_store();
  for (const char* const query :
       {"SELECT guid FROM deliveries WHERE state = 'waiting' ORDER BY arrival LIMIT 1",
        "SELECT id FROM runs WHERE id < 1000 ORDER BY id DESC LIMIT 50",
        "SELECT id FROM runs WHERE repository = 'r' AND head = 'h' ORDER BY id DESC LIMIT 1",
        "SELECT id FROM runs WHERE repository = 'r' AND kind = 'push' AND pull = 0"
        " AND state NOT IN ('completed', 'cancelled') ORDER BY id",
        "SELECT * FROM run_layers WHERE run = 1 ORDER BY target, position LIMIT 10 OFFSET 0",
        "SELECT * FROM run_layers WHERE run = 1 AND target = 0 AND key = 'k'",
        "SELECT * FROM publications WHERE due = 1 AND not_before <= 7"
        " ORDER BY not_before, id LIMIT 1",
        "SELECT * FROM publications WHERE run = 1 ORDER BY id",
        "SELECT * FROM publications WHERE repository = 'r' AND kind = 'check'"
        " AND remote_id = '1'"}) {
    const std::string explain = std::string("EXPLAIN QUERY PLAN ") + query;
    const auto steps = value(database.all(explain.c_str(), {}, [](Columns& next) {
      for (int i = 0; i < 3; ++i) next.skip();
      return next.text();
    }));
    for (const std::string& step : steps) {
      INFO(query << ": " << step);
      CHECK_FALSE(step.starts_with("SCAN"));
      CHECK_FALSE(step.starts_with("USE TEMP B-TREE"));
    }
  }
}
