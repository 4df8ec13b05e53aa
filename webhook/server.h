#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "webhook/intake.h"

namespace oxbow::webhook {

/// How an address is given: HOST:PORT (port 0: any that is free) or unix:PATH.
struct Address {
  std::string host;  ///< empty: a unix socket
  int port = 0;
  std::string path;

  bool is_local() const;  ///< loopback, or a unix socket
};

Result<Address> parse_address(std::string_view text);

/// Stores a delivery and says with which status to answer: 202, or 503 if it could not.
using Store = std::function<int(store::Delivery delivery)>;

/// Told of every request but those for /healthz, in a line.
using Log = std::function<void(int status, std::string_view line)>;

struct ServerSettings {
  Address address;
  std::vector<std::string> secrets;
  std::size_t most_bytes = 0;          ///< of one body
  std::size_t most_bytes_at_once = 0;  ///< of all bodies that are being read
};

/// Server listens, one request a connection. What it takes from a client is bounded before it is
/// read; how slowly and by how many it is sent is bounded by a proxy before it.
class Server {
 public:
  Server(ServerSettings settings, Store store, Log log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Where it listens from then on: the port, or 0 for a unix socket.
  Result<int> bind();

  /// Answers until stop(). To be called once, after bind().
  void run();

  /// Takes no more; run() returns when what came is answered. From any thread.
  void stop();

 private:
  struct Http;
  std::unique_ptr<Http> http_;
};

}  // namespace oxbow::webhook
