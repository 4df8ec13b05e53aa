#include "plan/effective_digests.h"

#include <catch2/catch.hpp>

#include <thread>

#include "tests/plan/states.h"

using namespace oxbow;
using namespace oxbow::plan;

TEST_CASE("digests are those of the effective part") {
  const auto packages = opam::literal_packages("a.1\n  synopsis: \"x\"\n  depends: [ \"b\" ]\n");
  EffectiveDigests digests;
  const std::string text = effective_text("a.1", "depends: [\"b\"]");
  CHECK(digests.of(packages[0]).sha256 == sha256_hex(text));
  CHECK(digests.of(packages[0]).md5 == md5_hex(text));
}

TEST_CASE("packages that share a definition have digests of their own, that stay where they are") {
  const auto packages = opam::literal_packages("a.1\n");
  EffectiveDigests digests;
  const EffectiveDigest* const first = &digests.of(packages[0]);
  const opam::Package second{{"a", "2"}, packages[0].definition};
  const opam::Package third{{"b", "1"}, packages[0].definition};
  CHECK(digests.of(second).sha256 == effective_sha256("a.2"));
  CHECK(digests.of(third).sha256 == effective_sha256("b.1"));
  CHECK(&digests.of(packages[0]) == first);
  CHECK(first->sha256 == effective_sha256("a.1"));
}

TEST_CASE("digests keep the definition that they are of") {
  EffectiveDigests digests;
  std::weak_ptr<const opam::Outline> kept;
  {
    const auto packages = opam::literal_packages("a.1\n");
    digests.of(packages[0]);
    kept = packages[0].definition;
  }
  CHECK_FALSE(kept.expired());
}

TEST_CASE("digests may be asked for from several threads") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "p" + std::to_string(i) + ".1\n";
  const auto packages = opam::literal_packages(text);
  EffectiveDigests digests;
  std::vector<std::vector<const EffectiveDigest*>> seen(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : seen) {
      threads.emplace_back([&] {
        for (const opam::Package& package : packages) mine.push_back(&digests.of(package));
      });
    }
  }
  for (const auto& mine : seen) CHECK(mine == seen[0]);
  for (std::size_t i = 0; i < packages.size(); ++i) {
    CHECK(seen[0][i]->sha256 == effective_sha256(packages[i].id.to_string()));
  }
}
