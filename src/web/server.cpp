#include "web/server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "web/rate_limit.h"

namespace oxbow::web {
namespace {

constexpr std::size_t threads = 8;
constexpr time_t silence_seconds = 10;

constexpr const char* content_policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

// Whom a request is from: a proxy on this machine speaks for others.
std::string client_of(const httplib::Request& request) {
  const bool is_proxied = request.remote_addr.starts_with("127.") || request.remote_addr == "::1";
  if (is_proxied && request.has_header("X-Real-IP")) return request.get_header_value("X-Real-IP");
  return request.remote_addr;
}

Request read(const httplib::Request& message) {
  Request request;
  request.method = message.method;
  request.path = message.path;
  for (const auto& [name, value] : message.params) request.query[name] = value;
  request.if_none_match = message.get_header_value("If-None-Match");
  return request;
}

void write(const Response& answer, httplib::Response& message) {
  message.status = answer.status;
  message.set_header("Cache-Control", answer.cache_control);
  message.set_header("X-Content-Type-Options", "nosniff");
  if (!answer.headers.contains("Content-Security-Policy")) {
    message.set_header("Content-Security-Policy", content_policy);
  }
  message.set_header("Referrer-Policy", "no-referrer");
  if (!answer.etag.empty()) message.set_header("ETag", answer.etag);
  for (const auto& [name, value] : answer.headers) message.set_header(name, value);
  if (answer.status != 304) message.set_content(answer.body, answer.type.c_str());
}

}  // namespace

Result<void> serve(const Answer& site, const ServerSettings& settings,
                   const std::function<void(int port, std::function<void()> stop)>& listening) {
  httplib::Server server;
  std::mutex mutex;  // of the site and the limit
  RateLimit limit(settings.burst, settings.a_second);
  server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
  server.set_read_timeout(silence_seconds);
  server.set_write_timeout(silence_seconds);
  server.set_keep_alive_max_count(1);
  server.set_payload_max_length(1);
  // Every request ends here, before a body of it is read.
  server.set_pre_routing_handler([&](const httplib::Request& message, httplib::Response& answer) {
    const std::lock_guard lock(mutex);
    if (!limit.allows(client_of(message), std::chrono::steady_clock::now())) {
      answer.status = 429;
      answer.set_header("Retry-After", "5");
      answer.set_content("Too many requests; try again in a few seconds.\n", "text/plain");
    } else {
      write(site(read(message)), answer);
    }
    return httplib::Server::HandlerResponse::Handled;
  });
  server.set_exception_handler([](const httplib::Request& /*request*/, httplib::Response& response,
                                  const std::exception_ptr& /*thrown*/) { response.status = 500; });
  int port = settings.port;
  if (port == 0) {
    port = server.bind_to_any_port(settings.host);
  } else if (!server.bind_to_port(settings.host, port)) {
    port = -1;
  }
  if (port <= 0) {
    return fail(
        fmt::format("{}:{} cannot be listened on; is it in use?", settings.host, settings.port));
  }
  listening(port, [&server] {
    // httplib forgets a stop that comes before it listens.
    while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    server.stop();
  });
  server.listen_after_bind();
  return {};
}

}  // namespace oxbow::web
