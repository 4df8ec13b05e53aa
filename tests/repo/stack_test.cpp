#include "repo/stack.h"

#include <catch2/catch.hpp>

#include <array>

#include "opam/parser.h"

using namespace oxbow;
using namespace oxbow::repo;
using Catch::Matchers::Contains;

namespace {

/// A file of this size, which nobody may unpack.
struct Sealed : TreeSource {
  explicit Sealed(std::size_t size) : bytes(size) {}
  Result<std::vector<TreeEntry>> list(const ObjectId& /*tree*/) const override { return fail("-"); }
  Result<std::string> read(const ObjectId& /*blob*/, std::size_t /*limit*/) const override {
    return fail("it was unpacked");
  }
  Result<std::size_t> size(const ObjectId& /*blob*/) const override { return bytes; }

  std::size_t bytes;
};

}  // namespace

TEST_CASE("a proposed file that is too large is never unpacked") {
  const std::array blobs = {ObjectId::from_hex("4b825dc642cb6eb9a060e54bf8d69288fbee4904").value()};
  const auto loaded = [&](const Sealed& source, Trust trust) {
    DefinitionCache cache;
    const std::array<const TreeSource*, 1> sources = {&source};
    const auto done = cache.load(blobs, sources, trust, {});
    return done ? cache.get(blobs[0]).error.message : done.error().message;
  };
  const Sealed large(opam::max_source + 1);
  CHECK(loaded(large, Trust::proposed) == "larger than 8 MiB, which no opam file is");
  CHECK(loaded(large, Trust::merged) == "it was unpacked");
  CHECK(loaded(Sealed(opam::max_source), Trust::proposed) == "it was unpacked");
}
