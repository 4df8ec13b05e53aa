#include "github/payload.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>

#include <algorithm>

namespace oxbow::github {
namespace {

std::string joined(Payload::Path path) {
  std::string text;
  for (const char* const part : path) text += (text.empty() ? "" : ".") + std::string(part);
  return text;
}

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.';
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 100 && text != "." && text != ".." &&
         std::ranges::all_of(text, is_name_character);
}

}  // namespace

Payload::Payload(std::string_view json) {
  // Not by recursion: the text may be nested as deep as it is long.
  constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag;
  document_.Parse<flags>(json.data(), json.size());
  if (document_.HasParseError()) {
    error_ = Error{fmt::format("the payload is no JSON: {} at byte {}",
                               rapidjson::GetParseError_En(document_.GetParseError()),
                               document_.GetErrorOffset())};
    document_.SetObject();
  } else if (!document_.IsObject()) {
    error_ = Error{"the payload is no JSON object"};
    document_.SetObject();
  }
}

const rapidjson::Value* Payload::find(Path path) const {
  const rapidjson::Value* value = &document_;
  for (const char* const part : path) {
    if (!value->IsObject()) return nullptr;
    const auto member = value->FindMember(part);
    if (member == value->MemberEnd()) return nullptr;
    value = &member->value;
  }
  return value->IsNull() ? nullptr : value;
}

std::string Payload::text(Path path) {
  const rapidjson::Value* const value = find(path);
  if (value == nullptr || !value->IsString()) {
    fail_at(path, value == nullptr ? "is missing" : "is no text");
    return "";
  }
  return {value->GetString(), value->GetStringLength()};
}

std::string Payload::text_or_empty(Path path) const {
  const rapidjson::Value* const value = find(path);
  if (value == nullptr || !value->IsString()) return "";
  return {value->GetString(), value->GetStringLength()};
}

std::int64_t Payload::integer(Path path) {
  const rapidjson::Value* const value = find(path);
  if (value == nullptr || !value->IsInt64()) {
    fail_at(path, value == nullptr ? "is missing" : "is no whole number");
    return 0;
  }
  return value->GetInt64();
}

std::int64_t Payload::integer_or_zero(Path path) const {
  const rapidjson::Value* const value = find(path);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

bool Payload::flag_or_false(Path path) const {
  const rapidjson::Value* const value = find(path);
  return value != nullptr && value->IsBool() && value->GetBool();
}

std::string Payload::commit(Path path) {
  std::string id = text(path);
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!error_ && ((id.size() != 40 && id.size() != 64) || !std::ranges::all_of(id, is_digit))) {
    fail_at(path, "is no commit's id");
  }
  return error_ ? "" : id;
}

std::string Payload::repository(Path path) {
  std::string name = text(path);
  const std::size_t slash = name.find('/');
  if (!error_ && (slash == std::string::npos || !is_name(std::string_view(name).substr(0, slash)) ||
                  !is_name(std::string_view(name).substr(slash + 1)))) {
    fail_at(path, "is no OWNER/NAME");
  }
  return error_ ? "" : name;
}

void Payload::fail_at(Path path, std::string_view message) {
  if (!error_) error_ = Error{fmt::format("{} {}", joined(path), message)};
}

}  // namespace oxbow::github
