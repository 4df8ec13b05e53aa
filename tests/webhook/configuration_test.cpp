#include "webhook/configuration.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "tests/repo/scratch_repository.h"

using namespace oxbow;
using namespace oxbow::webhook;
using Catch::Matchers::Contains;

namespace {

struct Configured {
  Configured() {
    repo::write_file(secret, "s3cret\n");
    ::chmod(secret.c_str(), 0640);
    repo::write_file(
        file, "[store]\nfile = \"/x\"\n[webhook]\nsecret_files = [\"" + secret.string() + "\"]\n");
  }

  ScratchFolder folder;
  std::filesystem::path secret = folder / "secret";
  std::filesystem::path file = folder / "oxbow.toml";
};

}  // namespace

TEST_CASE("secrets are read from files and the environment") {
  const Configured configured;
  const auto read = read_configuration(configured.file, "another");
  REQUIRE(read);
  CHECK(read->secrets == std::vector<std::string>{"s3cret", "another"});
  CHECK(read->store == "/x");
}

TEST_CASE("a secret that everybody may read or write is refused, without a word of it") {
  const Configured configured;
  for (const mode_t mode : {0644U, 0642U, 0641U}) {
    ::chmod(configured.secret.c_str(), mode);
    const auto read = read_configuration(configured.file, nullptr);
    REQUIRE_FALSE(read);
    CHECK_THAT(read.error().message,
               Contains(configured.secret.string()) && Contains("chmod o=") && !Contains("s3cret"));
  }
}

TEST_CASE("without any secret there is nothing to verify by") {
  const Configured configured;
  repo::write_file(configured.secret, "\n");
  CHECK_THAT(read_configuration(configured.file, nullptr).error().message, Contains("is empty"));
  repo::write_file(configured.file, "[store]\nfile = \"/x\"\n");
  for (const char* const none : {static_cast<const char*>(nullptr), ""}) {
    CHECK_THAT(read_configuration(configured.file, none).error().message,
               Contains("no webhook secret"));
  }
}
