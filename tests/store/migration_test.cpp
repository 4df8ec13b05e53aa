#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/publications.h"
#include "store/schema.h"
#include "tests/repo/scratch_repository.h"
#include "tests/store/stores.h"

using namespace oxbow;
using namespace oxbow::store;
namespace fs = std::filesystem;

namespace {

// A store as the first schema had it, in which the bot has written about run 7 of pull request 5.
void write_first_schema(const fs::path& file) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(handle, &sqlite3_close);
  const std::string rows = R"sql(
PRAGMA user_version = 1;
INSERT INTO runs (id, repository, kind, installation, pull, title, author, head, base, base_branch,
                  state, scope, hold, packages, cause, conclusion, created)
  VALUES (7, 'o/r', 'pull_request', 3, 5, 't', 'a', 'h', '', 'main',
          'completed', 'everything', 'none', '', 'opened', 'failure', 1000);
INSERT INTO publications (id, repository, installation, kind, subject, name, run, wanted, told,
                          remote_id, attempted, failures, failure, due, given_up, not_before, told_at)
  VALUES
  (11, 'o/r', 3, 'check', '7', 'oxbow / analysis', 7, '[{"status":"completed"}]',
   '[{"status":"completed"}]', '91', 0, 0, '', 0, 0, 2000, 2000),
  (12, 'o/r', 3, 'check', '7', 'oxbow / 5', 7, '[{"status":"in_progress"}]', '', '92', 1, 2, 'status 500',
   1, 0, 3000, NULL),
  (13, 'o/r', 3, 'comment', '5', '', 7, 'text', 'text', '93', 0, 0, '', 0, 0, 2000, 2000),
  (14, 'o/r', 3, 'label', '5', '', 7, 'rebuild: 0', '', '', 0, 8, 'gone', 0, 1, 2000, NULL),
  (15, 'o/r', 3, 'reaction', '4242', 'eyes', NULL, 'eyes', 'eyes', '', 0, 0, '', 0, 0, 2000, 2000),
  (29, 'o/r', 3, 'reply', '5', '4242', NULL, 'an answer', '', '', 0, 0, '', 1, 0, 4000, NULL);
INSERT INTO package_status VALUES ('o/r', 'h', 'c.1 debian-12-x86_64', 'a.1', 'success');
)sql";
  for (const std::string& sql : {std::string(migrations.front()), rows}) {
    char* error = nullptr;
    const int code = sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, &error);
    INFO((error == nullptr ? "" : error));
    REQUIRE(code == SQLITE_OK);
  }
}

Publication key(PublicationKind kind) {
  Publication one;
  one.repository = "o/r";
  one.kind = kind;
  return one;
}

}  // namespace

TEST_CASE("publications of the first schema say of which run, pull request and comment they are") {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "store";
  write_first_schema(file);
  CHECK_FALSE(Database::open(file, Database::Access::read_only));
  Database database = value(Database::open(file, Database::Access::read_write));
  Publications publications(database);

  const auto of_run = value(publications.of_run(RunId{7}));
  REQUIRE(of_run.size() == 4);
  const Publication& done = of_run[0];
  CHECK(done.name == "oxbow / analysis");
  CHECK(done.completed);
  CHECK(done.pull == 0);
  CHECK(done.remote_id == "91");
  CHECK(done.told == done.wanted);
  CHECK(done.told_at == at(2));
  const Publication& open = of_run[1];
  CHECK_FALSE(open.completed);
  CHECK(open.is_due());
  CHECK(open.attempted);
  CHECK(open.failures == 2);
  CHECK(open.failure == "status 500");
  CHECK(of_run[2].pull == 5);
  CHECK(of_run[2].name.empty());
  CHECK(of_run[3].kind == PublicationKind::label);
  CHECK(of_run[3].given_up);
  CHECK(value(publications.counts()).given_up == 1);
  CHECK(value(publications.find_check("o/r", "92"))->id == PublicationId{12});

  const auto first = value(publications.next(at(3)));
  REQUIRE(first);
  CHECK(first->id == PublicationId{12});
  value(publications.give_up(first->id, "seen"));
  const auto reply = value(publications.next(at(4)));
  REQUIRE(reply);
  CHECK(reply->pull == 5);
  CHECK(reply->comment == "4242");
  CHECK(reply->name.empty());
  CHECK_FALSE(reply->run);
}

TEST_CASE("what was wanted by the first schema is not made a second time") {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "store";
  write_first_schema(file);
  Database database = value(Database::open(file, Database::Access::read_write));
  Publications publications(database);
  Publication check = key(PublicationKind::check);
  check.run = RunId{7};
  check.name = "oxbow / 5";
  Publication comment = key(PublicationKind::comment);
  comment.pull = 5;
  Publication label = key(PublicationKind::label);
  label.pull = 5;
  Publication reaction = key(PublicationKind::reaction);
  reaction.comment = "4242";
  reaction.name = "eyes";
  Publication reply = key(PublicationKind::reply);
  reply.pull = 5;
  reply.comment = "4242";
  std::vector<PublicationId> ids;
  for (const Publication& one : {check, comment, label, reaction, reply}) {
    ids.push_back(value(publications.want(one, "new", at(9))));
  }
  CHECK(ids == std::vector{PublicationId{12}, PublicationId{13}, PublicationId{14},
                           PublicationId{15}, PublicationId{29}});
  reaction.name = "+1";
  CHECK(value(publications.want(reaction, "new", at(9))) > PublicationId{29});
}
