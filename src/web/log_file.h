#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace oxbow::web {

/// What is known of a layer's log.
struct LogText {
  std::string text;  ///< as the build printed it, from `begin` on
  std::uint64_t begin = 0;
  std::uint64_t size = 0;    ///< of the whole so far
  bool is_finished = false;  ///< the layer is there: the log stays as it is
};

/// Whether a text may be a layer's key: it goes into paths.
bool is_key(std::string_view key);

/// The log of a layer in a cache, or of the build of it that runs: from byte `from` on, or, where
/// that is not given, its last part; never more than `most` bytes. None if there is no log. Links
/// are not followed.
std::optional<LogText> read_log(const std::filesystem::path& cache, std::string_view platform,
                                std::string_view key, std::optional<std::uint64_t> from,
                                std::uint64_t most);

}  // namespace oxbow::web
