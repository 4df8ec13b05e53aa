#include "layer/opam_run.h"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace oxbow;
using namespace oxbow::layer;
using sandbox::SandboxEnd;
using sandbox::SandboxRequest;
using verdict::Outcome;
using verdict::Trouble;

namespace {

/// A request with round limits, whose log ends as a person would want to be told.
struct Request {
  Request() {
    std::string name = (std::filesystem::temp_directory_path() / "oxbow-judge-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    request.arguments = {"opam", "install"};
    request.limits.memory = std::uint64_t{512} << 20;
    request.limits.disk = std::uint64_t{64} << 20;
    request.limits.time = std::chrono::seconds(90);
    request.log = folder / "build.log";
    std::ofstream(request.log) << "first\nthe last words \n\n";
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
  SandboxRequest request;
};

struct Row {
  SandboxEnd end;
  Outcome outcome;
  Trouble trouble = Trouble::none;
  std::string message;
};

}  // namespace

TEST_CASE("what an exit code of opam says of the package, and what it does not") {
  const Request request;
  std::vector<Row> rows = {
      {{.status = 0}, Outcome::success, Trouble::none, ""},
      {{.status = 31}, Outcome::failure, Trouble::none, ""},
      {{.status = 40}, Outcome::internal_error, Trouble::source_unavailable, "the last words"},
  };
  // The others of opam's codes, a program that cannot be run, and signals.
  for (const int status :
       {1, 2, 5, 10, 15, 20, 30, 50, 60, 99, 126, 127, 130, 134, 137, 139, 143}) {
    rows.push_back({{.status = status},
                    Outcome::internal_error,
                    Trouble::sandbox,
                    "opam ended with " + std::to_string(status) + ": the last words"});
  }
  for (const Row& row : rows) {
    INFO("status " << row.end.status);
    const OpamRun run = judge(row.end, request.request);
    CHECK(run.result.outcome == row.outcome);
    CHECK(run.result.trouble == row.trouble);
    CHECK(run.result.message == row.message);
    CHECK(run.status == row.end.status);
  }
}

TEST_CASE("how a build was ended counts before the code that it ended with") {
  const Request request;
  const std::string memory = "needs more than 512 MiB of memory";
  const std::string disk = "needs more than 64 MiB of disk";
  const auto error = Outcome::internal_error;
  const std::vector<Row> rows = {
      {{.status = 137, .timed_out = true},
       Outcome::timed_out,
       Trouble::none,
       "not done after 90 s"},
      {{.status = 143, .interrupted = true}, Outcome::cancelled, Trouble::none, ""},
      {{.status = 31, .out_of_memory = true}, error, Trouble::out_of_memory, memory},
      {{.status = 137, .out_of_memory = true}, error, Trouble::out_of_memory, memory},
      {{.status = 31, .disk_full = true}, error, Trouble::disk_full, disk},
      {{.status = 40, .disk_full = true}, error, Trouble::disk_full, disk},
      // It got along without: a part of it failed that it did not need.
      {{.status = 0, .out_of_memory = true}, Outcome::success, Trouble::none, ""},
      {{.status = 0, .disk_full = true}, Outcome::success, Trouble::none, ""},
      // Of several, the first of: interrupted, timed out, memory, disk.
      {{.status = 0, .timed_out = true}, Outcome::timed_out, Trouble::none, "not done after 90 s"},
      {{.status = 0, .interrupted = true}, Outcome::cancelled, Trouble::none, ""},
      {{.status = 137, .timed_out = true, .interrupted = true, .out_of_memory = true},
       Outcome::cancelled,
       Trouble::none,
       ""},
      {{.status = 137, .timed_out = true, .out_of_memory = true, .disk_full = true},
       Outcome::timed_out,
       Trouble::none,
       "not done after 90 s"},
      {{.status = 31, .out_of_memory = true, .disk_full = true},
       error,
       Trouble::out_of_memory,
       memory},
  };
  for (const Row& row : rows) {
    INFO("status " << row.end.status << ", timed out " << row.end.timed_out << ", interrupted "
                   << row.end.interrupted << ", out of memory " << row.end.out_of_memory
                   << ", disk full " << row.end.disk_full);
    const OpamRun run = judge(row.end, request.request);
    CHECK(run.result.outcome == row.outcome);
    CHECK(run.result.trouble == row.trouble);
    CHECK(run.result.message == row.message);
    CHECK(run.status == row.end.status);
  }
}

TEST_CASE("a long last line of a log is told by its end, and none as nothing") {
  const Request request;
  std::ofstream(request.request.log) << std::string(1000, 'a') << std::string(300, 'b');
  CHECK(judge({.status = 40}, request.request).result.message == std::string(300, 'b'));
  std::filesystem::remove(request.request.log);
  CHECK(judge({.status = 40}, request.request).result.message.empty());
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
