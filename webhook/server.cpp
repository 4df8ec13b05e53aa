#include "webhook/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

namespace oxbow::webhook {
namespace {

constexpr std::size_t threads = 32;
constexpr time_t silence_seconds = 10;
constexpr mode_t socket_mode = 0660;  // nginx is in the socket's group

Head head_of(const httplib::Request& request) {
  return {request.method,
          request.path,
          request.get_header_value("Content-Type"),
          request.get_header_value("Content-Encoding"),
          request.get_header_value("Transfer-Encoding"),
          request.get_header_value("Content-Length"),
          request.get_header_value("X-GitHub-Event"),
          request.get_header_value("X-GitHub-Delivery"),
          request.get_header_value("X-Hub-Signature-256")};
}

// A part of a number of bytes that all requests share, given back when this goes.
class Share {
 public:
  Share(std::atomic<std::size_t>& used, std::size_t all, std::size_t bytes)
      : used_(&used), bytes_(bytes), granted_(used.fetch_add(bytes) + bytes <= all) {}
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;
  ~Share() { used_->fetch_sub(bytes_); }
  explicit operator bool() const { return granted_; }

 private:
  std::atomic<std::size_t>* used_;
  std::size_t bytes_;
  bool granted_;
};

// What a stranger sent, for the log.
std::string shown(std::string_view text) {
  std::string line(text.substr(0, 100));
  for (char& c : line) {
    if (c < ' ' || c > '~') c = '?';
  }
  return line.empty() ? "-" : line;
}

Time now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

bool Address::is_local() const {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<Address> parse_address(std::string_view text) {
  Address address;
  if (text.starts_with("unix:")) {
    address.path = text.substr(5);
    if (address.path.starts_with('/') && address.path.size() < 100) return address;
  } else if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    address.host = text.substr(0, colon);
    if (address.host.starts_with('[') && address.host.ends_with(']')) {
      address.host = address.host.substr(1, address.host.size() - 2);
    }
    const std::string_view port = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error == std::errc() && end == port.data() + port.size() && !address.host.empty() &&
        address.port >= 0 && address.port <= 65535) {
      return address;
    }
  }
  return fail(fmt::format("'{}' is no address; write 127.0.0.1:PORT or unix:/PATH", text));
}

struct Server::Http {
  ServerSettings settings;
  Store store;
  Log log;
  httplib::Server server;
  std::atomic<std::size_t> reading = 0;
  // httplib forgets a stop that comes before it listens.
  std::atomic<bool> entered = false;
  std::atomic<bool> ended = false;
  std::atomic<bool> stop_requested = false;

  void answer(httplib::Response& response, const Head& head, int status, std::string_view what) {
    response.status = status;
    response.set_header("Connection", "close");
    if (status == 503) response.set_header("Retry-After", "30");
    response.set_content(std::string(what) + "\n", "text/plain");
    log(status, fmt::format("{} {} {} bytes: {}", shown(head.event), shown(head.guid),
                            shown(head.content_length), what));
  }

  // Before the body is read.
  bool refused(const httplib::Request& request, httplib::Response& response) {
    if (request.method == "GET" && request.path == "/healthz") {
      response.set_content("ok\n", "text/plain");
      return true;
    }
    const Head head = head_of(request);
    const auto refusal = refuse(head, settings.most_bytes);
    if (refusal) answer(response, head, refusal->status, refusal->why);
    return refusal.has_value();
  }

  void take(const httplib::Request& request, httplib::Response& response,
            const httplib::ContentReader& read) {
    const Head head = head_of(request);
    const std::size_t length = body_length(head);
    const Share share(reading, settings.most_bytes_at_once, length);
    if (!share) return answer(response, head, 503, "too much at once");
    std::string body;
    body.reserve(length);
    const bool whole = read([&](const char* data, std::size_t size) {
      if (body.size() + size > length) return false;
      body.append(data, size);
      return true;
    });
    if (!whole || body.size() != length) return answer(response, head, 400, "the body is cut off");
    if (const auto refusal = refuse(head, body, settings.secrets)) {
      return answer(response, head, refusal->status, refusal->why);
    }
    const int status = store({head.guid, head.event, std::move(body), now()});
    answer(response, head, status, status == 202 ? "stored" : "could not be stored");
  }
};

Server::Server(ServerSettings settings, Store store, Log log) : http_(std::make_unique<Http>()) {
  http_->settings = std::move(settings);
  http_->store = std::move(store);
  http_->log = std::move(log);
  httplib::Server& server = http_->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
  server.set_keep_alive_max_count(1);
  server.set_read_timeout(silence_seconds);
  server.set_write_timeout(silence_seconds);
  server.set_payload_max_length(http_->settings.most_bytes);
  server.set_pre_routing_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        return http_->refused(request, response) ? httplib::Server::HandlerResponse::Handled
                                                 : httplib::Server::HandlerResponse::Unhandled;
      });
  server.Post("/webhook",
              [this](const httplib::Request& request, httplib::Response& response,
                     const httplib::ContentReader& read) { http_->take(request, response, read); });
  server.set_exception_handler([](const httplib::Request& /*request*/, httplib::Response& response,
                                  const std::exception_ptr& /*thrown*/) { response.status = 500; });
}

Server::~Server() = default;

Result<int> Server::bind() {
  const Address& address = http_->settings.address;
  httplib::Server& server = http_->server;
  if (!address.host.empty()) {
    const int port = address.port == 0 ? server.bind_to_any_port(address.host)
                     : server.bind_to_port(address.host, address.port) ? address.port
                                                                       : -1;
    if (port > 0) return port;
    return fail(
        fmt::format("{}:{} cannot be listened on; is it in use?", address.host, address.port));
  }
  struct stat there{};
  if (::lstat(address.path.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode)) {
      return fail(address.path + " is there and is no socket; name another path to listen on");
    }
    ::unlink(address.path.c_str());  // what an earlier process left
  }
  server.set_address_family(AF_UNIX);
  if (!server.bind_to_port(address.path, 80) || ::chmod(address.path.c_str(), socket_mode) != 0) {
    return fail(address.path + " cannot be listened on; see that its folder can be written");
  }
  return 0;
}

void Server::run() {
  http_->entered = true;
  if (!http_->stop_requested) http_->server.listen_after_bind();
  http_->ended = true;
}

void Server::stop() {
  http_->stop_requested = true;
  while (http_->entered && !http_->ended && !http_->server.is_running()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  http_->server.stop();
}

}  // namespace oxbow::webhook
