#include "cache/layout.h"

#include <fmt/format.h>

#include "base/tree_removal.h"

namespace oxbow::cache {

std::string lock_name(std::string_view key) { return fmt::format("{}{}", key, lock_suffix); }

std::string broken_name(std::string_view key) { return fmt::format("{}{}", broken_prefix, key); }

std::string draft_template(std::string_view key) {
  return fmt::format("{}{}-XXXXXX", draft_prefix, key);
}

std::string key_of_draft(std::string_view name) {
  if (!name.starts_with(draft_prefix)) return "";
  name.remove_prefix(draft_prefix.size());
  const std::size_t end = name.rfind('-');
  return std::string(end == std::string_view::npos ? "" : name.substr(0, end));
}

Result<std::filesystem::path> move_to_trash(const std::filesystem::path& platform,
                                            std::string_view name) {
  return move_aside(platform / name, platform / fmt::format("{}{}", trash_prefix, name));
}

}  // namespace oxbow::cache
