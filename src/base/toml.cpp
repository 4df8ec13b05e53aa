#include "base/toml.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

namespace oxbow {

struct TomlTable::Text {
  std::string where;
  toml::table top;
  std::optional<Error> error;

  void fail_at(const toml::node& node, std::string_view message) {
    if (error) return;
    error = Error{fmt::format("{}:{}: {}", where, node.source().begin.line, message)};
  }
};

struct TomlTable::Node {
  const toml::table* table;
};

TomlTable::TomlTable(std::shared_ptr<Text> text, std::shared_ptr<const Node> node)
    : text_(std::move(text)), node_(std::move(node)) {}

Result<TomlTable> TomlTable::parse(std::string_view text, const std::string& where) {
  auto parsed = std::make_shared<Text>();
  parsed->where = where;
  try {
    parsed->top = toml::parse(text, where);
  } catch (const toml::parse_error& error) {
    return fail(fmt::format("{}:{}: {}", where, error.source().begin.line, error.description()));
  }
  auto top = std::make_shared<Node>(Node{&parsed->top});
  return TomlTable(std::move(parsed), std::move(top));
}

void TomlTable::only_known(std::initializer_list<std::string_view> known) const {
  for (const auto& [key, value] : *node_->table) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
      text_->fail_at(value, fmt::format("there is no setting '{}' here", key.str()));
    }
  }
}

std::optional<std::string> TomlTable::text(std::string_view key, Need need) const {
  const toml::node* const node = node_->table->get(key);
  if (node == nullptr) {
    if (need == Need::required) fail_at(key, fmt::format("'{}' is missing", key));
    return std::nullopt;
  }
  auto value = node->value_exact<std::string>();
  if (!value || value->empty()) fail_at(key, fmt::format("'{}' must be a text", key));
  return value;
}

std::vector<std::string> TomlTable::texts(std::string_view key) const {
  const toml::node* const node = node_->table->get(key);
  if (node == nullptr) return {};
  std::vector<std::string> all;
  const toml::array* const array = node->as_array();
  if (array == nullptr || !(array->empty() || array->is_homogeneous<std::string>())) {
    fail_at(key, fmt::format("'{}' must be a list of texts", key));
    return {};
  }
  for (const toml::node& element : *array) all.push_back(*element.value<std::string>());
  return all;
}

std::optional<bool> TomlTable::flag(std::string_view key) const {
  const toml::node* const node = node_->table->get(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<bool>();
  if (!value) fail_at(key, fmt::format("'{}' must be true or false", key));
  return value;
}

std::optional<std::int64_t> TomlTable::integer(std::string_view key, std::int64_t least,
                                               std::int64_t most) const {
  const toml::node* const node = node_->table->get(key);
  if (node == nullptr) return std::nullopt;
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= least && *value <= most) return value;
  fail_at(key, fmt::format("'{}' must be a number from {} to {}", key, least, most));
  return std::nullopt;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) const {
  const toml::node* const node = node_->table->get(key);
  if (node == nullptr) return std::nullopt;
  const toml::table* const table = node->as_table();
  if (table == nullptr) {
    fail_at(key, fmt::format("write [{}]", key));
    return std::nullopt;
  }
  return TomlTable(text_, std::make_shared<Node>(Node{table}));
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) const {
  const toml::node* const node = node_->table->get(key);
  if (node == nullptr) return {};
  std::vector<TomlTable> all;
  const toml::array* const array = node->as_array();
  if (array == nullptr) fail_at(key, fmt::format("write [[{}]]", key));
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    if (const toml::table* const table = array->get(i)->as_table()) {
      all.push_back(TomlTable(text_, std::make_shared<Node>(Node{table})));
    } else {
      text_->fail_at(*array->get(i), fmt::format("write [[{}]]", key));
    }
  }
  return all;
}

void TomlTable::fail_at(std::string_view key, std::string_view message) const {
  const toml::node* const node = node_->table->get(key);
  if (node == nullptr) return text_->fail_at(*node_->table, message);
  text_->fail_at(*node, message);
}

const std::optional<Error>& TomlTable::error() const { return text_->error; }

}  // namespace oxbow
