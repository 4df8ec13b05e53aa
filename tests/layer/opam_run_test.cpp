#include "layer/opam_run.h"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "tests/scratch_folder.h"

using namespace oxbow;
using namespace oxbow::layer;
using sandbox::SandboxEnd;
using sandbox::SandboxRequest;
using verdict::Outcome;
using verdict::Trouble;

namespace {

constexpr std::string_view begun =
    "The following actions will be performed:\n\n<><> Processing actions <><>\n";

/// A request with round limits, whose log ends as a person would want to be told.
struct Request {
  explicit Request(std::string_view printed = begun) {
    request.arguments = {"opam", "install"};
    request.limits.memory = std::uint64_t{512} << 20;
    request.limits.disk = std::uint64_t{64} << 20;
    request.limits.time = std::chrono::seconds(90);
    request.log = folder / "build.log";
    std::ofstream(request.log) << printed << "first\nthe last words \n\n";
  }

  ScratchFolder folder;
  SandboxRequest request;
};

struct Row {
  SandboxEnd end;
  Outcome outcome;
  Trouble trouble = Trouble::none;
  std::string message;
};

}  // namespace

constexpr std::array statuses = {1,  2,  5,   10,  15,  20,  30,  31,  40, 50,
                                 60, 99, 126, 127, 130, 134, 137, 139, 143};

TEST_CASE("once the package's commands may run, it is the package that fails") {
  const Request request;
  CHECK(judge({.status = 0}, request.request).result.outcome == Outcome::success);
  for (const int status : statuses) {
    INFO("status " << status);
    const OpamRun run = judge({.status = status}, request.request);
    CHECK(run.result.outcome == Outcome::failure);
    CHECK(run.result.trouble == Trouble::none);
    // Of these two opam says itself what was the matter.
    const bool is_in_log = status == 31 || status == 40;
    const std::string message = status > 128
                                    ? "opam was ended by signal " + std::to_string(status - 128)
                                    : "opam ended with " + std::to_string(status);
    CHECK(run.result.message == (is_in_log ? "" : message));
    CHECK(run.status == status);
  }
}

TEST_CASE("before that it is the infrastructure") {
  const Request request("");
  CHECK(judge({.status = 0}, request.request).result.outcome == Outcome::success);
  for (const int status : statuses) {
    INFO("status " << status);
    const OpamRun run = judge({.status = status}, request.request);
    CHECK(run.result.outcome == Outcome::internal_error);
    CHECK(run.result.trouble == Trouble::sandbox);
    CHECK(run.result.message == "opam ended with " + std::to_string(status) + ": the last words");
  }
  // What a package prints comes too late to count.
  const Request late(std::string(100'000, '.') + std::string(begun));
  CHECK(judge({.status = 1}, late.request).result.outcome == Outcome::internal_error);
}

TEST_CASE("how a build was ended counts before the code that it ended with") {
  using sandbox::MemoryShortage;
  const Request request;
  const std::string memory = "needs more than 512 MiB of memory";
  const std::string disk = "needs more than 64 MiB of disk";
  const std::string late = "not done after 90 s";
  const MemoryShortage own = MemoryShortage::of_the_group;
  const MemoryShortage machine = MemoryShortage::of_the_machine;
  const std::vector<Row> rows = {
      {{.status = 137, .timed_out = true}, Outcome::timed_out, Trouble::none, late},
      {{.status = 143, .interrupted = true}, Outcome::cancelled, Trouble::none, ""},
      {{.status = 31, .shortage = own}, Outcome::failure, Trouble::none, memory},
      {{.status = 137, .shortage = own}, Outcome::failure, Trouble::none, memory},
      {{.status = 137, .shortage = machine},
       Outcome::internal_error,
       Trouble::out_of_memory,
       "the machine ran out of memory"},
      {{.status = 31, .disk_full = true}, Outcome::failure, Trouble::none, disk},
      {{.status = 40, .disk_full = true}, Outcome::failure, Trouble::none, disk},
      // It got along without: a part of it failed that it did not need.
      {{.status = 0, .shortage = own}, Outcome::success, Trouble::none, ""},
      {{.status = 0, .disk_full = true}, Outcome::success, Trouble::none, ""},
      // Of several, the first of: interrupted, timed out, memory, disk.
      {{.status = 0, .timed_out = true}, Outcome::timed_out, Trouble::none, late},
      {{.status = 0, .interrupted = true}, Outcome::cancelled, Trouble::none, ""},
      {{.status = 137, .timed_out = true, .interrupted = true, .shortage = own},
       Outcome::cancelled,
       Trouble::none,
       ""},
      {{.status = 137, .timed_out = true, .shortage = own, .disk_full = true},
       Outcome::timed_out,
       Trouble::none,
       late},
      {{.status = 31, .shortage = own, .disk_full = true}, Outcome::failure, Trouble::none, memory},
  };
  for (const Row& row : rows) {
    INFO("status " << row.end.status << ", timed out " << row.end.timed_out << ", interrupted "
                   << row.end.interrupted << ", shortage " << static_cast<int>(row.end.shortage)
                   << ", disk full " << row.end.disk_full);
    const OpamRun run = judge(row.end, request.request);
    CHECK(run.result.outcome == row.outcome);
    CHECK(run.result.trouble == row.trouble);
    CHECK(run.result.message == row.message);
    CHECK(run.status == row.end.status);
    CHECK(run.out_of_memory == (row.message == memory));
    CHECK(run.out_of_disk == (row.message == disk));
  }
}

TEST_CASE("what apt cannot resolve is a failure in apt's words, and the rest may pass") {
  const Request none("Reading package lists...\nE: Unable to locate package hullo\n");
  OpamRun run = judge_system_install({.status = 31}, none.request);
  CHECK(run.result.outcome == Outcome::failure);
  CHECK(run.result.message == "Unable to locate package hullo");

  const Request conflict(
      "The following packages have unmet dependencies:\n"
      " a : Conflicts: b but 2.1 is to be installed\n"
      " b : Depends: c (>= 3) but it is not going to be installed\n"
      "E: Unable to correct problems, you have held broken packages.\n");
  run = judge_system_install({.status = 31}, conflict.request);
  CHECK(run.result.message ==
        "a : Conflicts: b but 2.1 is to be installed; "
        "b : Depends: c (>= 3) but it is not going to be installed");

  // The machine's matter, whatever the script says.
  for (const SandboxEnd end :
       {SandboxEnd{.status = 31, .shortage = sandbox::MemoryShortage::of_the_group},
        SandboxEnd{.status = 31, .timed_out = true}, SandboxEnd{.status = 31, .disk_full = true}}) {
    CHECK(judge_system_install(end, none.request).result.outcome == Outcome::internal_error);
  }
  const Request silent("Reading package lists...\n");
  CHECK(judge_system_install({.status = 31}, silent.request).result.outcome ==
        Outcome::internal_error);

  const Request away("E: Failed to fetch InRelease\n");
  run = judge_system_install({.status = 1}, away.request);
  CHECK(run.result.outcome == Outcome::internal_error);
  CHECK(run.result.trouble == Trouble::source_unavailable);
  CHECK(judge_system_install({.status = 137, .timed_out = true}, away.request).result.trouble ==
        Trouble::source_unavailable);
  CHECK(judge_system_install({.status = 137, .interrupted = true}, away.request).result.outcome ==
        Outcome::cancelled);
  CHECK(judge_system_install({.status = 0}, away.request).result.outcome == Outcome::success);
}

TEST_CASE("a long last line of a log is told by its end, and none as nothing") {
  const Request request("");
  std::ofstream(request.request.log) << std::string(1000, 'a') << std::string(300, 'b');
  CHECK(judge({.status = 2}, request.request).result.message ==
        "opam ended with 2: " + std::string(300, 'b'));
  std::filesystem::remove(request.request.log);
  CHECK(judge({.status = 2}, request.request).result.message == "opam ended with 2: ");
}

TEST_CASE(
    "a source without a checksum is given the one that it had at the moment, at its own url") {
  const auto definition = opam::Definition::parse(
      "opam-version: \"2.0\"\nurl { src: \"https://h/main\" }\n"
      "extra-source \"x\" { src: \"https://h/x\" }\nextra-source \"y\" { src: \"https://h/y\" }\n");
  REQUIRE(definition);
  fetch::CachedFile file{{HashKind::sha256, std::string(64, 'a')}, true};
  for (const auto& [title, url] :
       {std::pair("", "https://h/main"), {"x", "https://h/x"}, {"y", "https://h/y"}}) {
    const auto chosen = chosen_source(**definition, {title, file});
    REQUIRE(chosen);
    CHECK(chosen->title == title);
    CHECK(chosen->url == url);
    CHECK(chosen->checksum == "sha256=" + std::string(64, 'a'));
  }
  file.unnamed = false;
  CHECK_FALSE(chosen_source(**definition, {"x", file}));
}
