#include "web/server.h"

#include <chrono>
#include <mutex>
#include <string>
#include <utility>

#include "http/server.h"
#include "web/rate_limit.h"

namespace oxbow::web {
namespace {

constexpr const char* content_policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

// Whom a request is from: a proxy on this machine speaks for others.
std::string client_of(const http::IncomingRequest& request) {
  const bool is_proxied = request.client.starts_with("127.") || request.client == "::1";
  const std::string_view told = http::value_of(request.headers, "x-real-ip");
  return is_proxied && !told.empty() ? std::string(told) : request.client;
}

Request read(const http::IncomingRequest& request) {
  return {request.method, request.path, request.query,
          std::string(http::value_of(request.headers, "if-none-match"))};
}

http::Response written(Response answer) {
  http::Response response{answer.status, std::move(answer.type), std::move(answer.body),
                          std::move(answer.headers)};
  response.headers["Cache-Control"] = answer.cache_control;
  response.headers["X-Content-Type-Options"] = "nosniff";
  response.headers["Referrer-Policy"] = "no-referrer";
  response.headers.try_emplace("Content-Security-Policy", content_policy);
  if (!answer.etag.empty()) response.headers["ETag"] = answer.etag;
  return response;
}

}  // namespace

Result<void> serve(const Answer& site, const ServerSettings& settings, const std::stop_token& stop,
                   const std::function<void(int port)>& listening) {
  std::mutex mutex;  // of the site and the limit
  RateLimit limit(settings.burst, settings.a_second);
  http::Handler handler;
  handler.answer = [&](const http::IncomingRequest& request) {
    const std::lock_guard lock(mutex);
    if (limit.allows(client_of(request), std::chrono::steady_clock::now())) {
      return written(site(read(request)));
    }
    return http::Response{.status = 429,
                          .body = "Too many requests; try again in a few seconds.\n",
                          .headers = {{"Retry-After", "5"}}};
  };
  http::Server server({.address = settings.address}, std::move(handler));
  TRY_ASSIGN(const int port, server.bind());
  listening(port);
  return server.run(stop);
}

}  // namespace oxbow::web
