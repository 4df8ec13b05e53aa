#include "github/payload.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"

namespace oxbow::github {
namespace {

std::string joined(Payload::Path path) {
  std::string text;
  for (const char* const part : path) text += (text.empty() ? "" : ".") + std::string(part);
  return text;
}

bool is_name_character(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; }

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && text != "." && text != ".." &&
         std::ranges::all_of(text, is_name_character);
}

}  // namespace

Payload::Payload(std::string_view json) : reader_(json, "the payload"), error_(reader_.error()) {}

std::optional<JsonValue> Payload::find(Path path) const {
  std::optional<JsonValue> value = reader_.top();
  for (const char* const part : path) {
    if (value) value = value->find(part);
  }
  return value && !value->is_null() ? value : std::nullopt;
}

std::string Payload::text(Path path) {
  const auto value = find(path);
  const auto text = value ? value->text() : std::nullopt;
  if (!text) fail_at(path, value ? "is not a string" : "is missing");
  return std::string(text.value_or(""));
}

std::string Payload::text_or_empty(Path path) const {
  const auto value = find(path);
  return std::string(value ? value->text().value_or("") : "");
}

std::int64_t Payload::integer(Path path) {
  const auto value = find(path);
  const auto number = value ? value->integer() : std::nullopt;
  if (!number) fail_at(path, value ? "is not a whole number" : "is missing");
  return number.value_or(0);
}

std::int64_t Payload::integer_or_zero(Path path) const {
  const auto value = find(path);
  return value ? value->integer().value_or(0) : 0;
}

bool Payload::flag_or_false(Path path) const {
  const auto value = find(path);
  return value && value->boolean().value_or(false);
}

std::string Payload::commit(Path path) {
  std::string id = text(path);
  if (!error_ && ((id.size() != 40 && id.size() != 64) || !std::ranges::all_of(id, is_hex_digit))) {
    fail_at(path, "is not a commit's id");
  }
  return error_ ? "" : id;
}

std::string Payload::repository(Path path) {
  std::string name = text(path);
  const std::size_t slash = name.find('/');
  if (!error_ && (slash == std::string::npos || !is_name(std::string_view(name).substr(0, slash)) ||
                  !is_name(std::string_view(name).substr(slash + 1)))) {
    fail_at(path, "is not OWNER/NAME");
  }
  return error_ ? "" : name;
}

void Payload::fail_at(Path path, std::string_view message) {
  if (!error_) error_ = Error{fmt::format("{} {}", joined(path), message)};
}

}  // namespace oxbow::github
