#include "github/http_exchange.h"

#include <httplib.h>

#include <algorithm>
#include <cctype>
#include <exception>

namespace oxbow::github {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

template <typename Set>
void set_time(const Set& set, std::chrono::milliseconds time) {
  set(time.count() / 1000, (time.count() % 1000) * 1000);
}

HttpAnswer send(const HttpRequest& request, const HttpLimits& limits) {
  httplib::Client client(request.server);
  if (!client.is_valid()) return {0, {}, "", "'" + request.server + "' is no address of a server"};
  set_time([&](auto s, auto us) { client.set_connection_timeout(s, us); }, limits.connect);
  set_time([&](auto s, auto us) { client.set_read_timeout(s, us); }, limits.silence);
  set_time([&](auto s, auto us) { client.set_write_timeout(s, us); }, limits.silence);
  client.set_follow_location(false);

  HttpAnswer answer;
  bool too_large = false;
  httplib::Request message;
  message.method = request.method;
  message.path = request.path;
  for (const auto& [name, value] : request.headers) message.headers.emplace(name, value);
  if (!request.body.empty()) {
    message.body = request.body;
    message.headers.emplace("Content-Type", "application/json");
  }
  message.content_receiver = [&](const char* data, std::size_t size, std::uint64_t /*offset*/,
                                 std::uint64_t /*total*/) {
    too_large = answer.body.size() + size > limits.body;
    if (!too_large) answer.body.append(data, size);
    return !too_large;
  };
  const httplib::Result result = client.send(message);
  if (!result) {
    answer.trouble = too_large ? "the answer is too large" : httplib::to_string(result.error());
    answer.body.clear();
    return answer;
  }
  answer.status = result->status;
  for (const auto& [name, value] : result->headers) answer.headers.emplace(lower(name), value);
  return answer;
}

}  // namespace

HttpAnswer exchange(const HttpRequest& request, const HttpLimits& limits) {
  try {
    return send(request, limits);
  } catch (const std::exception& error) {
    return {0, {}, "", error.what()};
  }
}

}  // namespace oxbow::github
