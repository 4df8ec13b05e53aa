#include "store/publications.h"

#include <catch2/catch.hpp>

#include "tests/store/stores.h"

using namespace oxbow::store;
using namespace std::chrono_literals;

namespace {

Publication key(PublicationKind kind, const std::string& subject, const std::string& name = "") {
  Publication one;
  one.repository = "o/r";
  one.kind = kind;
  one.subject = subject;
  one.name = name;
  return one;
}

}  // namespace

TEST_CASE("what is wanted is told once, and the newest wins") {
  Database database = new_store();
  Publications publications(database);
  const auto comment = key(PublicationKind::comment, "1");
  const PublicationId id = value(publications.want(comment, "one", at(10)));
  CHECK_FALSE(value(publications.next(at(9))));
  CHECK(value(publications.next_time()) == at(10));
  CHECK(value(publications.want(comment, "two", at(11))) == id);
  const auto next = value(publications.next(at(11)));
  REQUIRE(next);
  CHECK(next->wanted == "two");
  CHECK(next->is_due());

  value(publications.attempt(id, at(21)));
  CHECK(value(publications.find(id))->attempted);
  value(publications.told(id, "two", "99", at(12), at(22)));
  CHECK_FALSE(value(publications.next(at(100))));
  CHECK(value(publications.find(id))->remote_id == "99");
  CHECK_FALSE(value(publications.find(id))->attempted);
  value(publications.want(comment, "two", at(13)));
  CHECK_FALSE(value(publications.next(at(100))));
  // GitHub is left alone for a while after it was told.
  value(publications.want(comment, "three", at(13)));
  CHECK_FALSE(value(publications.next(at(21))));
  CHECK(value(publications.next(at(22)))->wanted == "three");
}

TEST_CASE("what was wanted while something else was told is told next") {
  Database database = new_store();
  Publications publications(database);
  const auto comment = key(PublicationKind::comment, "1");
  const PublicationId id = value(publications.want(comment, "one", at(1)));
  value(publications.want(comment, "two", at(1)));
  value(publications.told(id, "one", "99", at(2), at(2)));
  CHECK(value(publications.next(at(3)))->wanted == "two");
}

TEST_CASE("what may be under way is left alone until it is settled or told") {
  Database database = new_store();
  Publications publications(database);
  const auto comment = key(PublicationKind::comment, "1");
  const PublicationId id = value(publications.want(comment, "one", at(1)));
  value(publications.attempt(id, at(11)));
  CHECK_FALSE(value(publications.next(at(10))));
  value(publications.want(comment, "two", at(2)));
  CHECK_FALSE(value(publications.next(at(10))));
  value(publications.postpone(id, "no answer", at(4)));
  CHECK_FALSE(value(publications.next(at(10))));
  CHECK(value(publications.next(at(11)))->wanted == "two");
  value(publications.told(id, "one", "99", at(3), at(3)));
  CHECK(value(publications.next(at(3)))->wanted == "two");
}

TEST_CASE("what was shown before an attempt is told again when it is wanted again") {
  Database database = new_store();
  Publications publications(database);
  const auto label = key(PublicationKind::label, "1");
  const PublicationId id = value(publications.want(label, "few", at(1)));
  value(publications.told(id, "few", "few", at(2), at(2)));
  value(publications.want(label, "many", at(3)));
  value(publications.attempt(id, at(13)));  // "few" may be gone by now
  value(publications.want(label, "few", at(4)));
  CHECK(value(publications.next(at(13)))->wanted == "few");
}

TEST_CASE("a check that GitHub has opened again is told again") {
  Database database = new_store();
  Publications publications(database);
  Runs runs(database);
  const RunId run = value(runs.begin(pull_subject(5, std::string(40, 'a')), RunScope::everything,
                                     Hold::none, {}, "opened", at(1)))
                        .run;
  auto check = key(PublicationKind::check, "1");
  check.run = run;
  const PublicationId id = value(publications.want(check, "done", at(1)));
  value(publications.told(id, "done", "99", at(2), at(2)));
  value(publications.forget_checks(run));
  CHECK_FALSE(value(publications.next(at(3))));
  value(publications.want(check, "done", at(3)));
  const auto next = value(publications.next(at(3)));
  REQUIRE(next);
  CHECK(next->remote_id == "99");
}

TEST_CASE("failures are counted, rest, and may end hope until something new is wanted") {
  Database database = new_store();
  Publications publications(database);
  const auto label = key(PublicationKind::label, "1");
  const PublicationId id = value(publications.want(label, "x", at(1)));
  value(publications.postpone(id, "status 500", at(5)));
  CHECK_FALSE(value(publications.next(at(4))));
  CHECK(value(publications.next(at(5)))->failures == 1);
  value(publications.give_up(id, "gone"));
  CHECK_FALSE(value(publications.next(at(50))));
  CHECK(value(publications.counts()).given_up == 1);
  value(publications.want(label, "y", at(6)));
  CHECK(value(publications.next(at(50)))->wanted == "y");
  CHECK(value(publications.counts()).due == 1);
  // What was never told need not be taken back.
  value(publications.want(label, "", at(7)));
  CHECK_FALSE(value(publications.next(at(50))));
}

TEST_CASE("publications are found by what they are, by run and by GitHub's id") {
  Database database = new_store();
  Publications publications(database);
  Runs runs(database);
  const RunId run =
      value(runs.begin(pull_subject(1, "h"), RunScope::everything, Hold::none, {}, "", at(1))).run;
  auto check = key(PublicationKind::check, "1", "oxbow / analysis");
  check.run = run;
  const PublicationId id = value(publications.want(check, "[]", at(1)));
  value(publications.told(id, "[]", "55", at(1), at(1)));
  CHECK(value(publications.find_check("o/r", "55"))->id == id);
  CHECK_FALSE(value(publications.find_check("o/other", "55")));
  CHECK(value(publications.of_run(run)).size() == 1);
}

TEST_CASE("turns to write are a time apart, whoever takes them, and may be held back") {
  Database database = new_store();
  Publications publications(database);
  CHECK(value(publications.take_turn(at(10), 1s)) == at(10));
  CHECK(value(publications.take_turn(at(10), 1s)) == at(11));
  CHECK(value(publications.take_turn(at(10), 1s)) == at(12));
  CHECK(value(publications.take_turn(at(20), 1s)) == at(20));
  value(publications.hold_back(at(60)));
  value(publications.hold_back(at(30)));
  CHECK(value(publications.take_turn(at(21), 1s)) == at(60));
}
