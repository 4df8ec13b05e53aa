#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/error.h"

namespace oxbow::cache {

/// What a tree of files comes to.
struct TreeSize {
  std::uint64_t bytes = 0;  ///< of all regular files
  std::uint64_t files = 0;  ///< of whatever kind, folders left out
  std::string digest;       ///< SHA-256, hexadecimal

  friend bool operator==(const TreeSize&, const TreeSize&) = default;
};

/// Measures a layer's tree. The digest is that of a listing: the tree's top, as ".", and all below
/// it, in the byte order of their paths. No link is followed. The listing's format has no version:
/// were it changed, the record's would be.
///   listing = { line }
///   line    = kind " " mode " " uid " " gid " " size " " path NUL content NUL LF
///   kind    = "f" (file) | "l" (link) | "d" (folder) | "c" | "b" (devices) | "p" (pipe)
///           | "s" (socket)
///   mode    = octal permissions, with set-id and sticky bits
///   size    = bytes of a file, 0 of all others
///   content = SHA-256 of a file | target of a link | MAJOR ":" MINOR of a device (overlayfs's
///             whiteout is the character device 0:0) | "opaque" of a folder that hides what lies
///             below it in an overlay | nothing
/// Times, other extended attributes and whether two names are one file do not count.
Result<TreeSize> measure(const std::filesystem::path& tree);

/// The same without the digest, and so without reading any file.
Result<TreeSize> count(const std::filesystem::path& tree);

}  // namespace oxbow::cache
