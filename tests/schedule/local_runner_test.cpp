#include "schedule/local_runner.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "base/file.h"
#include "tests/fakes/literal_steps.h"
#include "tests/scratch_folder.h"

using namespace oxbow;
using namespace oxbow::schedule;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using verdict::Outcome;
using verdict::Trouble;
using IfBusy = StepRunner::IfBusy;

namespace {

// What ends after it would fail its test by the test's own limit of time. What is started sleeps
// for longer.
constexpr milliseconds longest = std::chrono::hours(1);

const std::string success =
    R"({"version":1,"outcome":"success","trouble":"none","message":"","seconds":1.5,)"
    R"("found":false,"busy":false})";

/// A folder in which each process of the tests leaves its pid.
struct ScratchCommand {
  std::string text(const std::string& name) const {
    return read_file(folder / name).value_or(std::string());
  }

  /// Waits until a process has written a file.
  void await(const std::string& name) const {
    while (text(name).empty()) std::this_thread::sleep_for(milliseconds(10));
  }

  /// Whether the process whose pid a file holds is there. One that was orphaned and killed may
  /// still have to be waited for by the system.
  bool lives(const std::string& name) const {
    const auto status = read_file("/proc/" + std::to_string(std::stol(text(name))) + "/stat");
    return status && status->find(") Z ") == std::string::npos;
  }

  /// Waits until it is gone.
  void await_end(const std::string& name) const {
    while (lives(name)) std::this_thread::sleep_for(milliseconds(10));
  }

  ScratchFolder folder;
};

/// Runs a shell script in place of the program: its $2 is the input.
struct Fixture {
  ScratchCommand scratch;
  LiteralSteps steps{"a:1 b:1 c:1"};

  LocalRunner::Input input() const {
    return [this](StepIndex step) { return "input of " + steps.name(step); };
  }

  LocalRunner::Settings settings(const std::string& script) const {
    LocalRunner::Settings settings;
    settings.command = {"/bin/sh", "-c", "cd " + scratch.folder.path().string() + "\n" + script,
                        "sh"};
    settings.grace = milliseconds(300);
    return settings;
  }

  /// What becomes of one step.
  StepEnd run(const std::string& script, IfBusy if_busy = IfBusy::come_back) const {
    LocalRunner runner(input(), settings(script));
    const auto started = runner.start(steps["b"], if_busy);
    INFO((started ? "" : started.error().message));
    REQUIRE(started);
    auto end = runner.wait(longest);
    REQUIRE(end);
    CHECK(end->step == steps["b"]);
    return *end;
  }
};

/// A pipe in place of a signal.
struct Interrupted {
  Interrupted() { REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  Interrupted(const Interrupted&) = delete;
  Interrupted& operator=(const Interrupted&) = delete;
  ~Interrupted() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void now() const { REQUIRE(::write(ends[1], "x", 1) == 1); }
  std::array<int, 2> ends{};
};

double since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a step is a process that gets its input and prints its result") {
  const StepEnd end = run("cat \"$2\" > input; echo \"$@\" > arguments; echo '" + success + "'");
  CHECK(end.result.outcome == Outcome::success);
  CHECK(end.result.seconds == 1.5);
  CHECK_FALSE(end.busy);
  CHECK(scratch.text("input") == "input of b");
  CHECK_THAT(scratch.text("arguments"), StartsWith("--spec /dev/stdin"));
  CHECK_THAT(scratch.text("arguments"), Contains(" --if-busy come-back"));
}

TEST_CASE_METHOD(Fixture, "a step that is to wait is not told to come back") {
  run("echo \"$@\" > arguments; echo '" + success + "'", IfBusy::wait);
  CHECK_THAT(scratch.text("arguments"), !Contains("--if-busy"));
}

TEST_CASE_METHOD(Fixture, "results other than success come with an exit code") {
  const StepEnd failed = run(
      R"(echo '{"version":1,"outcome":"internal_error","trouble":"out_of_memory","message":"killed",)"
      R"("seconds":2,"found":false,"busy":false}'; exit 1)");
  CHECK(failed.result.outcome == Outcome::internal_error);
  CHECK(failed.result.trouble == Trouble::out_of_memory);
  CHECK(failed.result.message == "killed");
  CHECK(run(R"(echo '{"version":1,"outcome":"cancelled","trouble":"none","message":"",)"
            R"("seconds":0,"found":false,"busy":true}'; exit 3)")
            .busy);
}

TEST_CASE_METHOD(Fixture,
                 "without a result it is an infrastructure error, and standard error says what") {
  const auto message = [&](const std::string& script) {
    const StepEnd end = run(script);
    CHECK(end.result.outcome == Outcome::internal_error);
    CHECK(end.result.trouble == Trouble::sandbox);
    return end.result.message;
  };
  CHECK(message("printf 'no\\nspace \\n' >&2; exit 2") ==
        "the process of the step exited with 2 and gave no result (it printed nothing): no space");
  CHECK_THAT(message("echo garbage"),
             Contains("exited with 0 and gave no result (") && Contains("is not JSON"));
  CHECK_THAT(message("kill -KILL $$"), Contains("was ended by signal 9 and gave no result"));
  CHECK(message("echo '" + success + "'; echo late >&2; exit 7") ==
        "the process of the step exited with 7 though it gave success as its result: late");
  SECTION("only the end of much is kept") {
    const std::string much =
        message("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done; exit 1");
    CHECK(much.size() < 4300);
    CHECK_THAT(much, Catch::Matchers::EndsWith("line 19999"));
  }
  SECTION("also of standard output without end") {
    CHECK_THAT(message("yes | head -c 3000000; echo '" + success + "'"), Contains("is not JSON"));
  }
}

TEST_CASE_METHOD(Fixture, "a program that is not there is an error of the start") {
  LocalRunner runner(input(), {{"/nowhere/oxbow", "build-layer"}});
  const auto started = runner.start(steps["a"], IfBusy::wait);
  REQUIRE_FALSE(started);
  CHECK(started.error().message == "/nowhere/oxbow cannot be started: No such file or directory");
}

TEST_CASE_METHOD(Fixture,
                 "a step is asked for its input when it starts, and without one has ended") {
  std::vector<StepIndex> asked;
  const auto two_without = [&](StepIndex step) -> std::expected<std::string, layer::LayerResult> {
    asked.push_back(step);
    if (step == steps["c"]) return "input";
    layer::LayerResult refused;
    refused.outcome = step == steps["a"] ? Outcome::failure : Outcome::internal_error;
    refused.message = "no input of " + steps.name(step);
    return std::unexpected(refused);
  };
  LocalRunner runner(two_without, settings("echo started >> started; echo '" + success + "'"));
  CHECK(asked.empty());
  for (const char* const name : {"a", "c", "b"}) {
    REQUIRE(runner.start(steps[name], IfBusy::come_back));
    CHECK(asked.back() == steps[name]);
  }
  std::map<std::string, StepEnd> ends;
  for (int i = 0; i < 3; ++i) {
    const auto end = runner.wait(longest);
    REQUIRE(end);
    ends[steps.name(end->step)] = *end;
  }
  CHECK(ends["a"].result.outcome == Outcome::failure);
  CHECK(ends["a"].result.message == "no input of a");
  CHECK(ends["b"].result.outcome == Outcome::internal_error);
  CHECK(ends["c"].result.outcome == Outcome::success);
  CHECK(scratch.text("started") == "started\n");
  // One that was stopped has no end.
  REQUIRE(runner.start(steps["a"], IfBusy::come_back));
  runner.stop();
  CHECK_FALSE(runner.wait(milliseconds(0)));
}

TEST_CASE_METHOD(Fixture, "steps run at once and come back as they end") {
  LocalRunner runner(
      input(),
      settings("await() { while [ ! -e $1 ]; do sleep 0.02; done; }\n"
               "case \"$(cat \"$2\")\" in *of\\ a) await b;; *of\\ b) await c;; esac; echo '" +
               success + "'"));
  for (const char* const name : {"a", "b", "c"}) {
    REQUIRE(runner.start(steps[name], IfBusy::come_back));
  }
  std::string order;
  for (int i = 0; i < 3; ++i) {
    const auto end = runner.wait(longest);
    REQUIRE(end);
    CHECK(end->result.outcome == Outcome::success);
    order += steps.name(end->step);
    REQUIRE(write_file(scratch.folder / steps.name(end->step), "has ended"));
  }
  CHECK(order == "cba");
}

TEST_CASE_METHOD(Fixture, "patience ends") {
  LocalRunner runner(input(), settings("echo $$ > pid; exec sleep 36000"));
  const auto start = steady_clock::now();
  CHECK_FALSE(runner.wait(milliseconds(50)));
  REQUIRE(runner.start(steps["a"], IfBusy::wait));
  CHECK_FALSE(runner.wait(milliseconds(100)));
  CHECK(since(start) >= 0.15);
}

TEST_CASE_METHOD(Fixture, "an interruption ends the wait, and stop() what runs") {
  const Interrupted interrupted;
  LocalRunner::Settings with = settings(
      "trap 'echo asked > asked; kill $!; exit 1' TERM; echo $$ > pid; sleep 36000 & "
      "echo $! > sleep; wait");
  with.grace = longest;
  with.interruption = interrupted.ends[0];
  LocalRunner runner(input(), with);
  REQUIRE(runner.start(steps["a"], IfBusy::wait));
  scratch.await("sleep");
  interrupted.now();
  CHECK_FALSE(runner.wait(longest));
  runner.stop();
  CHECK(scratch.text("asked") == "asked\n");
  scratch.await_end("pid");
  scratch.await_end("sleep");
}

TEST_CASE_METHOD(Fixture, "what does not end when asked is killed, with all that it started") {
  LocalRunner runner(input(),
                     settings("trap '' TERM; sleep 36000 & echo $! > sleep; echo $$ > pid; "
                              "while :; do sleep 0.05; done"));
  REQUIRE(runner.start(steps["a"], IfBusy::wait));
  scratch.await("pid");
  const auto start = steady_clock::now();
  runner.stop();
  CHECK(since(start) >= 0.3);
  scratch.await_end("pid");
  scratch.await_end("sleep");
}

TEST_CASE_METHOD(Fixture, "what a step leaves behind is killed, and its pipes hold up nothing") {
  const StepEnd end = run("sleep 36000 & echo $! > sleep; echo '" + success + "'");
  CHECK(end.result.outcome == Outcome::success);
  scratch.await_end("sleep");
}

TEST_CASE_METHOD(Fixture, "nothing is left of a runner that is destroyed") {
  {
    LocalRunner runner(input(), settings("grep -q 'of a' \"$2\" && me=a || me=b; echo $$ > $me; "
                                         "exec sleep 36000"));
    REQUIRE(runner.start(steps["a"], IfBusy::wait));
    REQUIRE(runner.start(steps["b"], IfBusy::wait));
    scratch.await("a");
    scratch.await("b");
  }
  scratch.await_end("a");
  scratch.await_end("b");
}

TEST_CASE_METHOD(Fixture, "steps die with us, and have a process group of their own") {
  const pid_t us = ::fork();
  if (us == 0) {
    LocalRunner runner(input(), settings("cut -d' ' -f5 /proc/$$/stat > group; echo $$ > pid; "
                                         "exec sleep 36000"));
    if (runner.start(steps["a"], IfBusy::wait)) runner.wait(longest);
    ::_exit(1);
  }
  scratch.await("pid");
  CHECK(std::stol(scratch.text("group")) == std::stol(scratch.text("pid")));
  CHECK(scratch.lives("pid"));
  ::kill(us, SIGKILL);
  int status = 0;
  ::waitpid(us, &status, 0);
  scratch.await_end("pid");
}

TEST_CASE_METHOD(Fixture, "no descriptor is left open") {
  const auto descriptors = [] {
    std::error_code error;
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd", error), {});
  };
  const auto before = descriptors();
  run("echo '" + success + "'");
  run("exit 1");
  {
    LocalRunner runner(input(), settings("exec sleep 36000"));
    REQUIRE(runner.start(steps["a"], IfBusy::wait));
    LocalRunner missing(input(), {{"/nowhere/oxbow"}});
    REQUIRE_FALSE(missing.start(steps["a"], IfBusy::wait));
  }
  CHECK(descriptors() == before);
}
