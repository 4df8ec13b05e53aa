#include "github/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "base/untrusted.h"

namespace oxbow::github {
namespace {

constexpr std::chrono::seconds least_rest{60};
constexpr std::chrono::seconds longest_rest{3600};
constexpr std::size_t quoted = 300;

std::optional<std::chrono::seconds> seconds(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return std::chrono::seconds(number);
}

bool speaks_of_limits(std::string_view body) {
  static constexpr std::array<std::string_view, 3> signs = {"rate limit", "abuse detection",
                                                            "secondary limit"};
  return std::ranges::any_of(
      signs, [&](std::string_view sign) { return body.find(sign) != std::string_view::npos; });
}

// How long GitHub wants to be left alone, where it says so.
std::optional<std::chrono::seconds> asked_rest(const http::Answer& answer,
                                               std::chrono::seconds now) {
  if (const auto wait = seconds(answer.header("retry-after"))) return std::min(*wait, longest_rest);
  if (answer.header("x-ratelimit-remaining") != "0") return std::nullopt;
  const auto reset = seconds(answer.header("x-ratelimit-reset"));
  if (!reset) return std::nullopt;
  return std::clamp(*reset - now + std::chrono::seconds(1), std::chrono::seconds(1), longest_rest);
}

}  // namespace

Failure judge(const http::Answer& answer, std::chrono::seconds now) {
  using Kind = Failure::Kind;
  Failure failure;
  if (answer.status == 0) {
    failure.message = "no answer: " + in_one_line(answer.trouble, quoted);
    return failure;
  }
  failure.message = fmt::format("status {}: {}", answer.status, in_one_line(answer.body, quoted));
  failure.wait = asked_rest(answer, now);
  const bool limited = failure.wait.has_value() || speaks_of_limits(answer.body);
  if (answer.status == 429 || (answer.status == 403 && limited)) {
    failure.everything = true;
    if (!failure.wait) failure.wait = least_rest;
    return failure;
  }
  if (answer.status >= 500 || answer.status == 408) return failure;
  failure.wait.reset();
  // What a force-push left behind is told as a wrong field.
  const bool has_vanished =
      answer.status == 422 && answer.body.find("No commit found") != std::string::npos;
  if (answer.status == 404 || answer.status == 410 || has_vanished) {
    failure.kind = Kind::gone;
  } else if (answer.status == 401 || answer.status == 403) {
    failure.kind = Kind::refused;
  } else {
    failure.kind = Kind::rejected;
  }
  return failure;
}

std::chrono::milliseconds backoff(const Failure& failure, std::size_t failures, double jitter) {
  const bool is_limit = failure.everything;
  const std::chrono::milliseconds first =
      is_limit ? std::chrono::minutes(1) : std::chrono::milliseconds(2000);
  const std::size_t doublings =
      std::min<std::size_t>(failures - std::min<std::size_t>(1, failures), 12);
  std::chrono::milliseconds rest =
      std::min<std::chrono::milliseconds>(first * (std::int64_t{1} << doublings), longest_rest);
  if (failure.wait)
    rest = std::max<std::chrono::milliseconds>(*failure.wait, is_limit ? *failure.wait : rest);
  return rest + std::chrono::milliseconds(
                    static_cast<std::int64_t>(static_cast<double>(rest.count()) * 0.25 * jitter));
}

}  // namespace oxbow::github
