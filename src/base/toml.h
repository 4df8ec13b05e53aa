#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace oxbow {

/// TomlTable is a table of a TOML text, read member by member. Nothing ends the reading: what is
/// missing or of another type is an empty value, and the first error stays, with the text's name
/// and the line, for all tables of one text. Copies are the same table. For one thread.
class TomlTable {
 public:
  /// The whole text; `where` is what errors call it.
  static Result<TomlTable> parse(std::string_view text, const std::string& where);

  /// Any other member is an error.
  void only_known(std::initializer_list<std::string_view> known) const;

  enum class Need : std::uint8_t { optional, required };

  /// Not an empty one.
  std::optional<std::string> text(std::string_view key, Need need = Need::optional) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::optional<bool> flag(std::string_view key) const;
  /// At least `least` and at most `most`.
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                      std::int64_t most) const;

  /// [key]
  std::optional<TomlTable> table(std::string_view key) const;
  /// [[key]]
  std::vector<TomlTable> tables(std::string_view key) const;

  /// Makes `message` the error of a member, or of the table itself if it has none of that name.
  void fail_at(std::string_view key, std::string_view message) const;

  /// The first error of the whole text.
  const std::optional<Error>& error() const;

 private:
  struct Text;
  struct Node;
  TomlTable(std::shared_ptr<Text> text, std::shared_ptr<const Node> node);
  std::shared_ptr<Text> text_;
  std::shared_ptr<const Node> node_;
};

}  // namespace oxbow
