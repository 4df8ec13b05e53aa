#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "cache/store.h"

namespace oxbow::cache {

/// LayerLog is what a build of a layer printed, opened. It stays that build's, whatever becomes of
/// the layer meanwhile. No link in the cache is followed.
class LayerLog {
 public:
  /// That of the layer; none if the layer or its log is absent.
  static std::optional<LayerLog> of_layer(const LayerStore& store, std::string_view key);

  /// The same, or that of the newest build of the layer that runs.
  static std::optional<LayerLog> of_layer_or_draft(const LayerStore& store, std::string_view key);

  /// Whether the build has ended, so that the log grows no more.
  bool is_finished() const { return is_finished_; }

  /// build_name() of the layer's record; empty of a build that runs.
  const std::string& build() const { return build_; }

  std::uint64_t size() const;  ///< so far

  /// At most `most` bytes from byte `begin` on.
  std::string read(std::uint64_t begin, std::uint64_t most) const;

  /// At most the last `most` bytes.
  std::string tail(std::uint64_t most) const;

 private:
  LayerLog(Descriptor file, bool is_finished, std::string build)
      : file_(std::move(file)), is_finished_(is_finished), build_(std::move(build)) {}
  static std::optional<LayerLog> open(const std::filesystem::path& folder, bool is_finished);

  Descriptor file_;
  bool is_finished_;
  std::string build_;
};

/// Tells one build of a layer from the others, in digits.
std::string build_name(const LayerRecord& record);

}  // namespace oxbow::cache
