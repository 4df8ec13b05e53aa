#include "store/publications.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

#include "tests/store/stores.h"

using namespace oxbow::store;
using namespace std::chrono_literals;

namespace {

Publication of_pull(PublicationKind kind) {
  Publication one;
  one.repository = "o/r";
  one.kind = kind;
  one.pull = 1;
  return one;
}

Publication check_of(RunId run, const std::string& name = "oxbow / analysis") {
  Publication one;
  one.repository = "o/r";
  one.kind = PublicationKind::check;
  one.run = run;
  one.name = name;
  return one;
}

}  // namespace

TEST_CASE("what is wanted is told once, and the newest wins") {
  Database database = new_store();
  Publications publications(database);
  const auto comment = of_pull(PublicationKind::comment);
  const PublicationId id = value(publications.want(comment, "one", at(10)));
  CHECK_FALSE(value(publications.next(at(9))));
  CHECK(value(publications.next(at(10))));
  CHECK(value(publications.want(comment, "two", at(11))) == id);
  const auto next = value(publications.next(at(11)));
  REQUIRE(next);
  CHECK(next->wanted == "two");
  CHECK(next->is_due());

  value(publications.attempt(id, at(21)));
  CHECK(value(publications.next(at(21)))->attempted);
  value(publications.told(id, "two", "99", at(12), at(22)));
  CHECK_FALSE(value(publications.next(at(100))));
  value(publications.want(comment, "two", at(13)));
  CHECK_FALSE(value(publications.next(at(100))));
  // GitHub is left alone for a while after it was told.
  value(publications.want(comment, "three", at(13)));
  CHECK_FALSE(value(publications.next(at(21))));
  const auto third = value(publications.next(at(22)));
  REQUIRE(third);
  CHECK(third->wanted == "three");
  CHECK(third->remote_id == "99");
  CHECK_FALSE(third->attempted);
}

TEST_CASE("what was wanted while something else was told is told next") {
  Database database = new_store();
  Publications publications(database);
  const auto comment = of_pull(PublicationKind::comment);
  const PublicationId id = value(publications.want(comment, "one", at(1)));
  value(publications.want(comment, "two", at(1)));
  value(publications.told(id, "one", "99", at(2), at(2)));
  CHECK(value(publications.next(at(3)))->wanted == "two");
}

TEST_CASE("what may be under way is left alone until it is settled or told") {
  Database database = new_store();
  Publications publications(database);
  const auto comment = of_pull(PublicationKind::comment);
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
  const auto label = of_pull(PublicationKind::label);
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
  const auto check = check_of(run);
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
  const auto label = of_pull(PublicationKind::label);
  const PublicationId id = value(publications.want(label, "x", at(1)));
  value(publications.postpone(id, "status 500", at(5)));
  CHECK_FALSE(value(publications.next(at(4))));
  CHECK(value(publications.next(at(5)))->failures == 1);
  value(publications.give_up(id, "gone"));
  CHECK_FALSE(value(publications.next(at(50))));
  CHECK(value(publications.counts()).given_up == 1);
  value(publications.want(label, "y", at(6)));
  CHECK(value(publications.next(at(50)))->wanted == "y");
  CHECK(value(publications.next(at(50)))->failures == 0);
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
  const auto check = check_of(run);
  const PublicationId id = value(publications.want(check, "[]", at(1)));
  value(publications.told(id, "[]", "55", at(1), at(1)));
  CHECK(value(publications.find_check("o/r", "55"))->id == id);
  CHECK_FALSE(value(publications.find_check("o/other", "55")));
  CHECK(value(publications.of_run(run)).size() == 1);
}

TEST_CASE("a publication is another where its run, pull request, comment or name is another") {
  Database database = new_store();
  Publications publications(database);
  Runs runs(database);
  std::vector<Publication> all;
  for (const char* const head : {"h", "i"}) {
    const RunId run =
        value(runs.begin(pull_subject(1, head), RunScope::everything, Hold::none, {}, "", at(1)))
            .run;
    for (const char* const name : {"oxbow / analysis", "oxbow / 5"}) {
      all.push_back(check_of(run, name));
    }
  }
  for (const PublicationKind kind :
       {PublicationKind::comment, PublicationKind::label, PublicationKind::reply}) {
    all.push_back(of_pull(kind));
    all.push_back(of_pull(kind));
    all.back().pull = 2;
  }
  for (const char* const comment : {"8", "9"}) {
    all.push_back(of_pull(PublicationKind::reply));
    all.back().comment = comment;
    for (const char* const name : {"eyes", "+1"}) {
      Publication& reaction = all.emplace_back();
      reaction.repository = "o/r";
      reaction.kind = PublicationKind::reaction;
      reaction.comment = comment;
      reaction.name = name;
    }
  }
  std::vector<PublicationId> ids;
  for (const Publication& one : all) {
    const PublicationId id = value(publications.want(one, "x", at(1)));
    CHECK(std::ranges::find(ids, id) == ids.end());
    ids.push_back(id);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(value(publications.want(all[i], "y", at(1))) == ids[i]);
  }
  // A comment is the pull request's, whichever run it tells of.
  Publication comment = of_pull(PublicationKind::comment);
  comment.run = all.front().run;
  CHECK(value(publications.want(comment, "z", at(1))) == ids[4]);
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
