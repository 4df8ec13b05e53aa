#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "http/headers.h"
#include "http/listen_address.h"

namespace oxbow::http {

/// A request that came, without its body.
struct IncomingRequest {
  std::string method;
  std::string path;  ///< decoded, without its query
  std::map<std::string, std::string> query;
  Headers headers;
  std::string client;  ///< the address it came from
};

struct Response {
  int status = 200;
  std::string type = "text/plain";
  std::string body = {};
  std::map<std::string, std::string> headers = {};  ///< besides
};

/// Why there is no body.
enum class BodyTrouble : std::uint8_t {
  cut_off,           ///< it is shorter or longer than its Content-Length, or has none
  too_much_at_once,  ///< it was not read, because of the others that are being read
};

/// What answers requests; called by several threads at once.
struct Handler {
  /// Answers before a body is read. None: the body is wanted, which only a POST has.
  std::function<std::optional<Response>(const IncomingRequest& request)> answer;
  std::function<Response(const IncomingRequest& request,
                         std::expected<std::string, BodyTrouble> body)>
      answer_body = {};
};

struct ServerSettings {
  ListenAddress address = {};
  std::size_t threads = 8;                    ///< each answers one request at a time
  std::size_t most_connections = 256;         ///< taken and not closed; more are left to the kernel
  std::size_t most_bytes = 1;                 ///< of one body
  std::size_t most_bytes_at_once = SIZE_MAX;  ///< of all bodies that are being read or answered
};

/// Server listens and answers, one request a connection. A client that is silent for ten seconds is
/// hung up on; how slowly it may send otherwise is bounded by a proxy before it.
class Server {
 public:
  Server(ServerSettings settings, Handler handler);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Listens from then on, and says at which port; 0 for a unix socket, which its group may use,
  /// and which takes the place of one that an earlier process left.
  Result<int> bind();

  /// Answers until a stop is requested, from any thread and at any time, and what came before that
  /// is answered. Errors: connections cannot be taken any more. To be called once, after bind().
  Result<void> run(const std::stop_token& stop);

 private:
  struct Http;
  std::unique_ptr<Http> http_;
};

}  // namespace oxbow::http
