#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace oxbow::opam {

/// Checksum is opam's hash of a file: KIND=HEX, in lower case.
struct Checksum {
  HashKind kind = HashKind::md5;
  std::string hex;

  std::string to_string() const;
  friend bool operator==(const Checksum&, const Checksum&) = default;
};

/// Reads KIND=HEX, or HEX alone for md5. None where opam would refuse it.
std::optional<Checksum> parse_checksum(std::string_view text);

}  // namespace oxbow::opam
