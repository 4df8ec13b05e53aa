#include "webhook/server.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "base/time.h"
#include "base/untrusted.h"

namespace oxbow::webhook {
namespace {

constexpr std::size_t threads = 32;

Head head_of(const http::IncomingRequest& request) {
  const auto header = [&](const char* name) {
    return std::string(http::value_of(request.headers, name));
  };
  return {request.method,
          request.path,
          header("content-type"),
          header("content-encoding"),
          header("transfer-encoding"),
          header("content-length"),
          header("x-github-event"),
          header("x-github-delivery"),
          header("x-hub-signature-256")};
}

// What a stranger sent, for the log.
std::string shown(std::string_view text) { return text.empty() ? "-" : printable(text, 100); }

/// Intake answers the requests.
class Intake {
 public:
  Intake(ServerSettings settings, Store store, Log log)
      : settings_(std::move(settings)), store_(std::move(store)), log_(std::move(log)) {}

  std::optional<http::Response> refused(const http::IncomingRequest& request) const {
    if (request.method == "GET" && request.path == "/healthz") {
      return http::Response{.body = "ok\n"};
    }
    const Head head = head_of(request);
    const auto refusal = refuse(head, settings_.most_bytes);
    if (!refusal) return std::nullopt;
    return answer(head, refusal->status, refusal->why);
  }

  http::Response take(const http::IncomingRequest& request,
                      std::expected<std::string, http::BodyTrouble> body) const {
    const Head head = head_of(request);
    if (!body) {
      return body.error() == http::BodyTrouble::cut_off ? answer(head, 400, "the body is cut off")
                                                        : answer(head, 503, "too much at once");
    }
    if (const auto refusal = refuse(head, *body, settings_.secrets)) {
      return answer(head, refusal->status, refusal->why);
    }
    const int status = store_({head.guid, head.event, *std::move(body), now()});
    return answer(head, status, status == 202 ? "stored" : "could not be stored");
  }

 private:
  http::Response answer(const Head& head, int status, std::string_view what) const {
    log_(status, fmt::format("{} {} {} bytes: {}", shown(head.event), shown(head.guid),
                             shown(head.content_length), what));
    http::Response response{.status = status, .body = std::string(what) + "\n"};
    if (status == 503) response.headers["Retry-After"] = "30";
    return response;
  }

  ServerSettings settings_;
  Store store_;
  Log log_;
};

http::ServerSettings bounds(const ServerSettings& settings) {
  return {.address = settings.address,
          .threads = threads,
          .most_bytes = settings.most_bytes,
          .most_bytes_at_once = settings.most_bytes_at_once};
}

http::Handler handler(const std::shared_ptr<const Intake>& intake) {
  return {[intake](const http::IncomingRequest& request) { return intake->refused(request); },
          [intake](const http::IncomingRequest& request,
                   std::expected<std::string, http::BodyTrouble> body) {
            return intake->take(request, std::move(body));
          }};
}

}  // namespace

Server::Server(const ServerSettings& settings, Store store, Log log)
    : http_(bounds(settings),
            handler(std::make_shared<Intake>(settings, std::move(store), std::move(log)))) {}

}  // namespace oxbow::webhook
