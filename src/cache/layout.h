#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

/// The names in a cache; LayerStore shows the whole layout.
namespace oxbow::cache {

/// In a layer's folder, and in the draft that becomes one.
inline constexpr const char* record_file = "layer.json";
inline constexpr const char* log_file = "build.log";
inline constexpr const char* recipe_file = "spec.json";
inline constexpr const char* tree_folder = "fs";

/// In a platform's folder, beside the layers.
inline constexpr const char* base_folder = "base";
inline constexpr const char* build_times_file = ".build-times";
inline constexpr const char* collection_lock_file = ".gc.lock";
inline constexpr std::string_view lock_suffix = ".lock";
inline constexpr std::string_view draft_prefix = ".draft-";
inline constexpr std::string_view lease_prefix = ".lease-";
inline constexpr std::string_view broken_prefix = ".broken-";
inline constexpr std::string_view trash_prefix = ".trash-";

std::string lock_name(std::string_view key);
std::string broken_name(std::string_view key);

/// The name of a new draft of a layer, as mkdtemp() completes it.
std::string draft_template(std::string_view key);

/// The key of the layer whose draft has this name; empty of what is not a draft of any.
std::string key_of_draft(std::string_view name);

/// Renames what has this name in a platform's folder to one of trash_prefix beside it, where nobody
/// looks for layers, and returns the new path. What remains of a killed process's is removed by the
/// next collection.
Result<std::filesystem::path> move_to_trash(const std::filesystem::path& platform,
                                            std::string_view name);

}  // namespace oxbow::cache
