#include "solve/search.h"

#include <catch2/catch.hpp>

#include <string>

using namespace oxbow::solve;

namespace {

/// A problem in the words of packages: what needs and what refuses what.
struct Packages {
  Problem::Builder builder;

  Var add(std::size_t values) { return builder.add_variable(values); }

  ValueSet set(Var var, std::initializer_list<std::uint32_t> members) const {
    ValueSet result(builder.values(var));
    for (const std::uint32_t member : members) result.insert(Value{member});
    return result;
  }

  ExclusionId needs(Var user, std::uint32_t value, Var other,
                    std::initializer_list<std::uint32_t> passing) {
    builder.require(user, Value{value}, other);
    return builder.exclude(user,
                           {{user, set(user, {value})}, {other, set(other, passing).complement()}});
  }

  ExclusionId refuses(Var user, std::uint32_t value, Var other,
                      std::initializer_list<std::uint32_t> failing) {
    return builder.exclude(user, {{user, set(user, {value})}, {other, set(other, failing)}});
  }
};

/// "app=0 lib=1", or "none".
std::string ask(Search& search, const std::vector<Term>& assumptions, std::vector<Var> starts,
                const std::vector<std::string>& names) {
  const auto solution = search.solve(assumptions, starts);
  if (!solution) return "none";
  std::string text;
  for (const Choice& choice : *solution) {
    if (!text.empty()) text += ' ';
    text += names[index(choice.var)] + '=' + std::to_string(index(choice.value));
  }
  return text;
}

}  // namespace

TEST_CASE("a variable takes its first value, and what that requires follows in order") {
  Packages p;
  const Var app = p.add(1);
  const Var lib = p.add(2);
  const Var doc = p.add(2);
  const Var unused = p.add(3);
  p.needs(app, 0, lib, {0, 1});
  p.needs(app, 0, doc, {1});
  p.refuses(unused, 0, app, {0});
  const Term root{app, p.set(app, {0})};
  const Problem problem = std::move(p.builder).build();
  Search search(problem);
  CHECK(ask(search, {root}, {app}, {"app", "lib", "doc", "unused"}) == "app=0 lib=0 doc=1");
}

TEST_CASE("an earlier choice is revised only if no later one can be") {
  Packages p;
  const Var app = p.add(1);
  const Var lib = p.add(2);
  const Var log = p.add(2);
  p.needs(app, 0, lib, {0, 1});
  p.needs(app, 0, log, {0, 1});
  const std::vector<std::string> names{"app", "lib", "log"};
  const Term root{app, p.set(app, {0})};

  SECTION("the later one gives way") {
    p.refuses(lib, 0, log, {0});
    const Problem problem = std::move(p.builder).build();
    Search search(problem);
    CHECK(ask(search, {root}, {app}, names) == "app=0 lib=0 log=1");
  }
  SECTION("the earlier one has to") {
    p.refuses(lib, 0, log, {0});
    p.refuses(lib, 0, log, {1});
    const Problem problem = std::move(p.builder).build();
    Search search(problem);
    CHECK(ask(search, {root}, {app}, names) == "app=0 lib=1 log=0");
  }
}

TEST_CASE("variables may require each other") {
  Packages p;
  const Var a = p.add(2);
  const Var b = p.add(2);
  p.needs(a, 0, b, {0});
  p.needs(b, 0, a, {1});
  p.needs(a, 1, b, {0, 1});
  const Term root{a, p.set(a, {0, 1})};
  const Problem problem = std::move(p.builder).build();
  Search search(problem);
  CHECK(ask(search, {root}, {a}, {"a", "b"}) == "a=1 b=0");
}

TEST_CASE("a variable that may rest does so only if nothing else is left to it") {
  Packages p;
  const Var app = p.add(1);
  const Var option = p.add(1);
  p.builder.require(app, Value{0}, option);
  const Term root{app, p.set(app, {0})};

  SECTION("it need not") {
    const Problem problem = std::move(p.builder).build();
    Search search(problem);
    CHECK(ask(search, {root}, {app}, {"app", "option"}) == "app=0 option=0");
  }
  SECTION("it must") {
    p.refuses(option, 0, app, {0});
    const Problem problem = std::move(p.builder).build();
    Search search(problem);
    CHECK(ask(search, {root}, {app}, {"app", "option"}) == "app=0 option=1");
  }
}

TEST_CASE("facts hold for every question, assumptions for one") {
  Packages p;
  const Var compiler = p.add(2);
  const Var app = p.add(2);
  p.needs(app, 0, compiler, {0});
  p.needs(app, 1, compiler, {1});
  const std::vector<std::string> names{"compiler", "app"};
  const std::vector<Term> old_compiler{{compiler, p.set(compiler, {1})}};
  const std::vector<Term> newest{{app, p.set(app, {0})}};
  const std::vector<Term> any{{app, p.set(app, {0, 1})}};
  const Problem problem = std::move(p.builder).build();

  Search search(problem, old_compiler);
  CHECK(ask(search, newest, {compiler, app}, names) == "none");
  CHECK(ask(search, any, {compiler, app}, names) == "compiler=1 app=1");
  CHECK(ask(search, newest, {compiler, app}, names) == "none");

  Search free_choice(problem);
  CHECK(ask(free_choice, newest, {compiler, app}, names) == "compiler=0 app=0");
}

TEST_CASE("facts that contradict each other leave nothing, and go on doing so") {
  Packages p;
  const Var a = p.add(2);
  const std::vector<Term> facts{{a, p.set(a, {0})}, {a, p.set(a, {1})}};
  const Problem problem = std::move(p.builder).build();
  Search search(problem, facts);
  CHECK_FALSE(search.solve({}, {}));
  CHECK_FALSE(search.solve({}, {}));

  Search proof(problem, facts, Proof::record);
  CHECK_FALSE(proof.solve({}, {}));
  CHECK(proof.refutation().facts == std::vector<std::size_t>{0, 1});
  CHECK(proof.refutation().exclusions.empty());
}

TEST_CASE("a refutation names what it used and nothing else") {
  Packages p;
  const Var compiler = p.add(2);
  const Var app = p.add(1);
  const Var lib = p.add(2);
  const Var log = p.add(2);
  const ExclusionId needs_lib = p.needs(app, 0, lib, {0, 1});
  p.needs(app, 0, log, {0, 1});
  const ExclusionId new_lib = p.needs(lib, 0, compiler, {0});
  const ExclusionId old_lib = p.refuses(lib, 1, compiler, {1});
  p.refuses(log, 0, lib, {0});
  const std::vector<Term> facts{{log, p.set(log, {0, 1})}, {compiler, p.set(compiler, {1})}};
  const std::vector<Term> assumptions{{log, p.set(log, {1})}, {app, p.set(app, {0})}};
  const Problem problem = std::move(p.builder).build();

  Search search(problem, facts, Proof::record);
  REQUIRE_FALSE(search.solve(assumptions, std::vector{compiler, app, log}));
  CHECK(search.refutation().exclusions == std::vector{needs_lib, new_lib, old_lib});
  CHECK(search.refutation().facts == std::vector<std::size_t>{1});
  CHECK(search.refutation().assumptions == std::vector<std::size_t>{1});
}

TEST_CASE("an exclusion of one variable makes its values impossible") {
  Packages p;
  const Var app = p.add(3);
  p.builder.exclude(app, {{app, p.set(app, {0, 1})}, {app, p.set(app, {1, 2})}});
  const ExclusionId never =
      p.builder.exclude(app, {{app, p.set(app, {0})}, {app, p.set(app, {1})}});
  CHECK(index(never) == 1);
  const Term root{app, p.set(app, {1, 2})};
  const Term only{app, p.set(app, {1})};
  const Problem problem = std::move(p.builder).build();
  Search search(problem);
  CHECK(ask(search, {root}, {app}, {"app"}) == "app=2");
  Search proof(problem, {}, Proof::record);
  CHECK_FALSE(proof.solve(std::vector{only}, std::vector{app}));
  CHECK(proof.refutation().exclusions == std::vector{ExclusionId{0}});
}

TEST_CASE("a variable without values can only rest") {
  Packages p;
  const Var app = p.add(2);
  const Var missing = p.add(0);
  p.needs(app, 0, missing, {});
  const Term root{app, p.set(app, {0, 1})};
  const Problem problem = std::move(p.builder).build();
  Search search(problem);
  CHECK(ask(search, {root}, {app}, {"app", "missing"}) == "app=1");
}

TEST_CASE("domains may be of several words") {
  for (const std::uint32_t values : {63U, 64U, 65U, 127U, 128U, 200U}) {
    Packages p;
    const Var app = p.add(1);
    const Var lib = p.add(values);
    const Var log = p.add(values);
    p.needs(app, 0, lib, {values - 3, values - 2, values - 1});
    p.needs(app, 0, log, {0, values - 1});
    for (std::uint32_t i = 0; i < values - 1; ++i) p.refuses(lib, i, log, {values - 1});
    for (std::uint32_t i = 0; i < values; ++i) p.refuses(log, 0, lib, {i});
    const Term root{app, p.set(app, {0})};
    const Problem problem = std::move(p.builder).build();
    Search search(problem);
    const std::string last = std::to_string(values - 1);
    for (int i = 0; i < 2; ++i) {
      CHECK(ask(search, {root}, {app}, {"app", "lib", "log"}) ==
            "app=0 lib=" + last + " log=" + last);
    }
  }
}

TEST_CASE("long chains and long lists take no recursion and no quadratic time") {
  constexpr std::uint32_t length = 100'000;
  Packages p;
  const Var first = p.add(2);
  Var previous = first;
  for (std::uint32_t i = 1; i < length; ++i) {
    const Var next = p.add(2);
    p.needs(previous, 0, next, {0, 1});
    p.needs(first, 1, next, {0});
    previous = next;
  }
  const Term chain{first, p.set(first, {0})};
  const Term list{first, p.set(first, {1})};
  const Problem problem = std::move(p.builder).build();
  Search search(problem);
  CHECK(search.solve(std::vector{chain}, std::vector{first})->size() == length);
  CHECK(search.solve(std::vector{list}, std::vector{first})->size() == length);
}
