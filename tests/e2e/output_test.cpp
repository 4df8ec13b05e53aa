#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

#include "tests/e2e/change.h"

using namespace oxbow::e2e;
using Catch::Matchers::Contains;

namespace {

// A pipe whose other end is closed, and a terminal: descriptors to write to.
int closed_pipe() {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  ::close(ends[0]);
  return ends[1];
}

struct Terminal {
  Terminal() : ours(::posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(ours >= 0);
    REQUIRE(::grantpt(ours) == 0);
    REQUIRE(::unlockpt(ours) == 0);
    theirs = ::open(::ptsname(ours), O_RDWR | O_NOCTTY);
    REQUIRE(theirs >= 0);
  }
  ~Terminal() {
    ::close(ours);
    ::close(theirs);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::string read() const {
    std::array<char, 4096> buffer{};
    const ssize_t size = ::read(ours, buffer.data(), buffer.size());
    return {buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
  }

  int ours;
  int theirs = -1;
};

}  // namespace

TEST_CASE("every command has help with an example") {
  const Program program;
  CHECK_THAT(program.answer({"--help"}), Contains("plan") && Contains("explain") &&
                                             Contains("solve") && Contains("effective") &&
                                             Contains("cache"));
  CHECK_THAT(program.answer({"--version"}), Contains("oxbow 0."));
  for (const std::string& command : Texts{"plan", "explain", "solve", "effective"}) {
    const std::string help = program.answer({command, "--help"});
    CHECK_THAT(help, Contains("Example:\n  oxbow " + command + " --repo "));
    CHECK_THAT(help, Contains("--help"));
  }
}

TEST_CASE("the help of every command is printable") {
  const Program program;
  std::vector<Texts> commands = {{}};
  for (std::size_t i = 0; i < commands.size(); ++i) {
    Texts words = commands[i];
    words.emplace_back("--help");
    const std::string help = program.answer(words);
    INFO(help);
    CHECK(std::ranges::all_of(help, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
    std::istringstream lines(help.substr(std::min(help.find("Subcommands:\n"), help.size())));
    for (std::string line; std::getline(lines, line) && !line.empty();) {
      if (!line.starts_with("  ") || line[2] == ' ') continue;
      Texts below = commands[i];
      below.push_back(line.substr(2, line.find(' ', 2) - 2));
      commands.push_back(std::move(below));
    }
    REQUIRE(commands.size() < 100);
  }
  CHECK(commands.size() > 15);
}

TEST_CASE("the help names what may be chosen, and nothing else is taken") {
  const Program program;
  CHECK_THAT(program.answer({"plan", "--help"}),
             Contains("--scope overlay|stack") && Contains("--format text|markdown|json"));
  CHECK_THAT(program.answer({"check", "--help"}), Contains("--sandbox runc|bwrap"));
  CHECK_THAT(program.answer({"build-layer", "--help"}), Contains("--if-busy wait|come-back"));
  CHECK_THAT(program.error({"plan", "--scope", "all"}),
             Contains("--scope: 'all' is not one of overlay|stack"));
}

TEST_CASE("output that cannot be written is an error") {
  const Change change;
  change.package("a.1");
  change.propose();
  change.package("a.1", "build: [\"make\"]");
  Texts plan = change.arguments();
  plan.insert(plan.begin(), "plan");
  Texts explain = change.arguments({"a"});
  explain.insert(explain.begin(), "explain");
  const Texts solve = {"solve", "--repo", change.at(), "--compiler", "comp.1.0", "--all"};
  const Texts effective = {"effective", "--repo", change.at()};
  const Texts text = {"effective", "--repo", change.at(), "--text", "a.1"};
  for (const Texts& words :
       {plan, explain, solve, effective, text, Texts{"--help"}, Texts{"plan", "--help"}}) {
    INFO(words.front());
    const Ended full = change.program().run(words, {.out = "/dev/full"});
    CHECK(full.code == 2);
    CHECK(full.err == "oxbow: the output cannot be written\n");
    const int closed = closed_pipe();
    const Ended unread = change.program().run(words, {.out_descriptor = closed});
    ::close(closed);
    CHECK(unread.code == 0);
    CHECK(unread.err.empty());
  }
}

TEST_CASE("a long output that nobody reads to its end is not an error") {
  const OpamRepository repository;
  for (int i = 0; i < 500; ++i) repository.package("a." + std::to_string(i));
  repository.commit();
  const int closed = closed_pipe();
  const Ended ended =
      Program().run({"effective", "--repo", repository.at()}, {.out_descriptor = closed});
  ::close(closed);
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
}

TEST_CASE("an error stays one where nobody reads the output") {
  const int closed = closed_pipe();
  const Ended ended =
      Program().run({"effective", "--repo", "/nowhere"}, {.out_descriptor = closed});
  ::close(closed);
  CHECK(ended.code == 2);
  CHECK_THAT(ended.err, Contains("/nowhere"));
}

TEST_CASE("colours are for a terminal") {
  const Change change;
  change.package("a.1");
  change.propose();
  change.package("a.1", "build: [\"make\"]");
  Texts words = change.arguments();
  words.insert(words.begin(), "plan");
  const Terminal terminal;
  CHECK(change.program().run(words, {.out_descriptor = terminal.theirs}).code == 0);
  CHECK_THAT(terminal.read(), Contains("\x1b[1m1 package\x1b[0m"));
  const Around plain{.out_descriptor = terminal.theirs, .settings = {"NO_COLOR=1"}};
  CHECK(change.program().run(words, plain).code == 0);
  CHECK_THAT(terminal.read(), Contains("1 package") && !Contains("\x1b"));
}
