#include "http/server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <exception>
#include <limits>
#include <semaphore>
#include <system_error>
#include <utility>

namespace oxbow::http {
namespace {

constexpr time_t silence_seconds = 10;
constexpr mode_t socket_mode = 0660;

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

// Workers answer the connections that httplib takes. httplib makes it when it has begun to listen,
// hands it each connection, and calls shutdown() first when it listens no more: all on the thread
// that listens. So this is where a stop reaches httplib neither too early nor too late, and where
// it shows why no connection could be taken.
class Workers final : public httplib::ThreadPool {
 public:
  Workers(const ServerSettings& settings, httplib::Server& server, const std::stop_token& stop,
          int& error)
      : ThreadPool(settings.threads),
        free_(static_cast<std::ptrdiff_t>(settings.most_connections)),
        error_(error),
        on_stop_(std::in_place, stop, [&server] { server.stop(); }) {}

  void enqueue(std::function<void()> answer) override {
    free_.acquire();
    ThreadPool::enqueue([this, answer = std::move(answer)] {
      answer();
      free_.release();
    });
  }

  void shutdown() override {
    error_ = errno;
    on_stop_.reset();
    ThreadPool::shutdown();
  }

 private:
  std::counting_semaphore<> free_;
  int& error_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

IncomingRequest incoming(const httplib::Request& message) {
  IncomingRequest request{message.method, message.path, {}, {}, message.remote_addr};
  for (const auto& [name, value] : message.params) request.query[name] = value;
  for (const auto& [name, value] : message.headers) add(request.headers, name, value);
  return request;
}

void write(const Response& response, httplib::Response& message) {
  message.status = response.status;
  for (const auto& [name, value] : response.headers) message.set_header(name, value);
  if (response.status != 304) message.set_content(response.body, response.type.c_str());
}

// The largest number if it is not told.
std::size_t told_length(const IncomingRequest& request) {
  const std::string_view text = value_of(request.headers, "content-length");
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number ? length : std::numeric_limits<std::size_t>::max();
}

}  // namespace

struct Server::Http {
  ServerSettings settings;
  Handler handler;
  httplib::Server server;
  std::atomic<std::size_t> reading = 0;

  Response answer_body(const IncomingRequest& request, const httplib::ContentReader& read) {
    const std::size_t length = told_length(request);
    const auto without = [&](BodyTrouble why) {
      return handler.answer_body(request, std::unexpected(why));
    };
    if (length > settings.most_bytes) return without(BodyTrouble::cut_off);
    const Share share(reading, settings.most_bytes_at_once, length);
    if (!share) return without(BodyTrouble::too_much_at_once);
    std::string body;
    body.reserve(length);
    const bool whole = read([&](const char* data, std::size_t size) {
      if (body.size() + size > length) return false;
      body.append(data, size);
      return true;
    });
    if (!whole || body.size() != length) return without(BodyTrouble::cut_off);
    return handler.answer_body(request, std::move(body));
  }

  bool listen_on_path(const std::string& path) {
    server.set_address_family(AF_UNIX);
    return server.bind_to_port(path, 80) && ::chmod(path.c_str(), socket_mode) == 0;
  }
};

Server::Server(ServerSettings settings, Handler handler) : http_(std::make_unique<Http>()) {
  http_->settings = std::move(settings);
  http_->handler = std::move(handler);
  httplib::Server& server = http_->server;
  server.set_keep_alive_max_count(1);
  server.set_read_timeout(silence_seconds);
  server.set_write_timeout(silence_seconds);
  server.set_payload_max_length(http_->settings.most_bytes);
  server.set_pre_routing_handler(
      [this](const httplib::Request& message, httplib::Response& answer) {
        const auto response = http_->handler.answer(incoming(message));
        if (!response) return httplib::Server::HandlerResponse::Unhandled;
        write(*response, answer);
        return httplib::Server::HandlerResponse::Handled;
      });
  server.Post(".*", [this](const httplib::Request& message, httplib::Response& answer,
                           const httplib::ContentReader& read) {
    write(http_->answer_body(incoming(message), read), answer);
  });
  server.set_exception_handler([](const httplib::Request& /*request*/, httplib::Response& response,
                                  const std::exception_ptr& /*thrown*/) { response.status = 500; });
}

Server::~Server() = default;

Result<int> Server::bind() {
  const ListenAddress& address = http_->settings.address;
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
      return fail(address.path + " is there and is not a socket; name another path to listen on");
    }
    ::unlink(address.path.c_str());  // what an earlier process left
  }
  if (!http_->listen_on_path(address.path)) {
    return fail(address.path + " cannot be listened on; see that its folder can be written");
  }
  return 0;
}

Result<void> Server::run(const std::stop_token& stop) {
  int error = 0;
  http_->server.new_task_queue = [&] {
    return new Workers(http_->settings, http_->server, stop, error);
  };
  if (http_->server.listen_after_bind()) return {};
  return fail("no connection can be taken any more: " + std::generic_category().message(error));
}

}  // namespace oxbow::http
