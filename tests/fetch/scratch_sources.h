#pragma once

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/hash.h"
#include "fetch/address_policy.h"
#include "opam/checksum.h"
#include "tests/scratch_folder.h"

namespace oxbow::fetch {

/// A scratch folder that another user of this machine gets into, as a build does.
class ScratchSources : public ScratchFolder {
 public:
  ScratchSources() { std::filesystem::permissions(path(), std::filesystem::perms(0755)); }
};

inline opam::Checksum checksum(HashKind kind, std::string_view text) {
  return {kind, hex_digest(kind, text)};
}

inline std::string text_of(const std::filesystem::path& file) {
  const auto text = read_file(file);
  INFO(file.string());
  REQUIRE(text);
  return *text;
}

inline constexpr AddressPolicy loopback_allowed = {.private_addresses = true};

}  // namespace oxbow::fetch
