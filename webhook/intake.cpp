#include "webhook/intake.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/signature.h"

namespace oxbow::webhook {
namespace {

constexpr std::size_t longest_name = 100;

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_';
  });
}

bool is_json(std::string_view type) {
  const std::string_view name = type.substr(0, type.find(';'));
  return name == "application/json";
}

}  // namespace

std::optional<Refusal> refuse(const Head& head, std::size_t most_bytes) {
  if (head.path != "/webhook") return Refusal{404, "there is only /webhook"};
  if (head.method != "POST") return Refusal{405, "deliveries are POSTed"};
  if (!head.transfer_encoding.empty()) return Refusal{411, "a body in chunks; send its length"};
  if (!head.content_encoding.empty()) return Refusal{415, "an encoded body"};
  const auto length = number(head.content_length);
  if (!length) return Refusal{411, "the body's length is not given"};
  if (*length > most_bytes) return Refusal{413, "the body is too large"};
  if (!is_json(head.content_type)) return Refusal{415, "the body is not application/json"};
  if (!is_word(head.event)) return Refusal{400, "X-GitHub-Event is missing or malformed"};
  if (!is_word(head.guid)) return Refusal{400, "X-GitHub-Delivery is missing or malformed"};
  if (head.signature.empty()) return Refusal{401, "X-Hub-Signature-256 is missing"};
  return std::nullopt;
}

std::size_t body_length(const Head& head) { return number(head.content_length).value_or(0); }

std::optional<Refusal> refuse(const Head& head, std::string_view body,
                              const std::vector<std::string>& secrets) {
  // All are tried, so that the time does not tell which one was right.
  bool right = false;
  for (const std::string& secret : secrets) {
    const std::string expected = "sha256=" + hmac_sha256_hex(secret, body);
    right = is_equal_in_constant_time(expected, head.signature) || right;
  }
  if (right) return std::nullopt;
  return Refusal{403, "the signature matches none of the secrets"};
}

}  // namespace oxbow::webhook
