#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/hash.h"
#include "fetch/address_policy.h"
#include "opam/checksum.h"

namespace oxbow::fetch {

/// A folder of its own for one test, removed at its end.
class ScratchSources {
 public:
  ScratchSources() {
    std::string name = (std::filesystem::temp_directory_path() / "oxbow-sources-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
    // Another user of this machine has to get in, as a build does.
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
  }
  ScratchSources(const ScratchSources&) = delete;
  ScratchSources& operator=(const ScratchSources&) = delete;
  ~ScratchSources() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
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
