#include "base/file_lock.h"

#include <catch2/catch.hpp>
#include <signal.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <thread>

#include "base/child_process.h"
#include "base/file.h"
#include "base/spawn.h"
#include "tests/scratch_folder.h"

using namespace oxbow;
using Mode = FileLock::Mode;
using Wait = FileLock::Wait;

namespace {

/// A file in a folder of its own.
struct LockFixture {
  std::optional<FileLock> take(Mode mode, Wait wait = Wait::no) const {
    auto lock = FileLock::take(file, mode, wait);
    INFO((lock ? "" : lock.error().message));
    REQUIRE(lock);
    return *std::move(lock);
  }

  ScratchFolder scratch;
  std::filesystem::path file = scratch.path() / "lock";
};

}  // namespace

TEST_CASE_METHOD(LockFixture, "one process locks a file once at a time, too") {
  CHECK_FALSE(FileLock::is_held(file));
  CHECK_FALSE(is_there(file));
  {
    const auto lock = take(Mode::exclusive);
    REQUIRE(lock);
    CHECK(FileLock::is_held(file));
    CHECK_FALSE(take(Mode::exclusive));
    CHECK_FALSE(take(Mode::shared));
    // Another one that was opened and closed meanwhile gives nothing back.
    CHECK_FALSE(take(Mode::exclusive));
  }
  CHECK_FALSE(FileLock::is_held(file));
  CHECK(take(Mode::exclusive));
}

TEST_CASE_METHOD(LockFixture, "those who share a lock hold off only who wants it alone") {
  auto first = take(Mode::shared);
  const auto second = take(Mode::shared);
  REQUIRE(first);
  REQUIRE(second);
  first.reset();
  CHECK(FileLock::is_held(file));
  CHECK_FALSE(take(Mode::exclusive));
}

TEST_CASE_METHOD(LockFixture, "a thread waits for the lock of another") {
  auto held = take(Mode::exclusive);
  std::jthread other([&] { CHECK(FileLock::take(file, Mode::exclusive, Wait::yes).value()); });
  held.reset();
  other.join();
  CHECK_FALSE(FileLock::is_held(file));
}

TEST_CASE_METHOD(LockFixture, "a lock that was moved is held once") {
  auto lock = take(Mode::exclusive);
  std::optional<FileLock> moved = std::move(lock);
  lock.reset();
  CHECK(FileLock::is_held(file));
  moved.reset();
  CHECK_FALSE(FileLock::is_held(file));
}

TEST_CASE_METHOD(LockFixture, "a program that was started under a lock does not hold it") {
  auto lock = take(Mode::exclusive);
  const auto child = ChildProcess::start({"sleep", "600"}, "");
  REQUIRE(child);
  lock.reset();
  CHECK_FALSE(FileLock::is_held(file));
}

TEST_CASE_METHOD(LockFixture, "a child that is not yet its program does not keep a lock") {
  auto lock = take(Mode::exclusive);
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  lock.reset();
  CHECK_FALSE(FileLock::is_held(file));
  ::kill(child, SIGKILL);
  wait_for_process(child);
}

TEST_CASE_METHOD(LockFixture, "the lock of a process that was killed is free") {
  auto pipe = open_pipe();
  REQUIRE(pipe);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FileLock::take(file, Mode::exclusive, Wait::yes);
    [[maybe_unused]] const auto told = ::write(pipe->write.get(), "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(pipe->read.get(), &byte, 1) == 1);
  CHECK(FileLock::is_held(file));
  ::kill(child, SIGKILL);
  wait_for_process(child);
  CHECK_FALSE(FileLock::is_held(file));
}

TEST_CASE("a file that cannot be locked is an error that names it") {
  const auto lock = FileLock::take("/no/such/folder/lock", Mode::exclusive, Wait::no);
  REQUIRE_FALSE(lock);
  CHECK(lock.error().message == "/no/such/folder/lock: No such file or directory");
  CHECK_FALSE(FileLock::is_held("/no/such/folder/lock"));
}
