#include "repo/tree_format.h"

#include <algorithm>
#include <cstring>

namespace oxbow::repo {
namespace {

constexpr std::size_t id_length = 20;

// The bits of a mode that say what the entry is, and the owner's execute bit.
constexpr unsigned kind_bits = 0170000;
constexpr unsigned directory_bits = 0040000;
constexpr unsigned file_bits = 0100000;
constexpr unsigned symlink_bits = 0120000;
constexpr unsigned submodule_bits = 0160000;
constexpr unsigned execute_bit = 0100;

std::optional<unsigned> parse_mode(std::string_view digits) {
  if (digits.empty() || digits.size() > 6) return std::nullopt;
  unsigned mode = 0;
  for (const char c : digits) {
    if (c < '0' || c > '7') return std::nullopt;
    mode = mode * 8 + static_cast<unsigned>(c - '0');
  }
  return mode;
}

bool set_mode(TreeEntry& entry, unsigned mode) {
  switch (mode & kind_bits) {
    case directory_bits: entry.kind = EntryKind::directory; return true;
    case symlink_bits: entry.kind = EntryKind::symlink; return true;
    case submodule_bits: entry.kind = EntryKind::submodule; return true;
    case file_bits:
      entry.kind = EntryKind::file;
      entry.executable = (mode & execute_bit) != 0;
      return true;
    default: return false;
  }
}

std::string_view mode_of(const TreeEntry& entry) {
  switch (entry.kind) {
    case EntryKind::directory: return "40000";
    case EntryKind::symlink: return "120000";
    case EntryKind::submodule: return "160000";
    case EntryKind::file: return entry.executable ? "100755" : "100644";
  }
  return "100644";
}

bool is_entry_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

}  // namespace

bool tree_order(const TreeEntry& left, const TreeEntry& right) {
  const std::size_t common = std::min(left.name.size(), right.name.size());
  const int order = std::memcmp(left.name.data(), right.name.data(), common);
  if (order != 0) return order < 0;
  const auto next = [common](const TreeEntry& entry) -> unsigned char {
    if (entry.name.size() > common) return static_cast<unsigned char>(entry.name[common]);
    return entry.kind == EntryKind::directory ? '/' : '\0';
  };
  return next(left) < next(right);
}

std::optional<std::vector<TreeEntry>> parse_tree(std::string_view stored) {
  std::vector<TreeEntry> entries;
  while (!stored.empty()) {
    const std::size_t space = stored.substr(0, 7).find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const std::size_t end = stored.find('\0', space);
    if (end == std::string_view::npos || stored.size() - end - 1 < id_length) return std::nullopt;
    const auto mode = parse_mode(stored.substr(0, space));
    const std::string_view name = stored.substr(space + 1, end - space - 1);
    TreeEntry entry;
    if (!mode || !set_mode(entry, *mode) || !is_entry_name(name)) return std::nullopt;
    entry.name = name;
    std::memcpy(entry.id.bytes.data(), stored.data() + end + 1, id_length);
    if (!entries.empty() && !tree_order(entries.back(), entry)) return std::nullopt;
    entries.push_back(std::move(entry));
    stored.remove_prefix(end + 1 + id_length);
  }
  return entries;
}

std::string format_tree(const std::vector<TreeEntry>& entries) {
  std::string stored;
  for (const TreeEntry& entry : entries) {
    stored.append(mode_of(entry)).append(1, ' ').append(entry.name).append(1, '\0');
    for (const std::uint8_t byte : entry.id.bytes) stored.push_back(static_cast<char>(byte));
  }
  return stored;
}

}  // namespace oxbow::repo
