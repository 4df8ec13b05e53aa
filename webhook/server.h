#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/listen_address.h"
#include "http/server.h"
#include "webhook/intake.h"

namespace oxbow::webhook {

/// Stores a delivery and says with which status to answer: 202, or 503 if it could not.
using Store = std::function<int(store::Delivery delivery)>;

/// Told of every request but those for /healthz, in a line.
using Log = std::function<void(int status, std::string_view line)>;

struct ServerSettings {
  http::ListenAddress address;
  std::vector<std::string> secrets;
  std::size_t most_bytes = 0;          ///< of one body
  std::size_t most_bytes_at_once = 0;  ///< of all bodies that are being read
};

/// Server takes deliveries. What it takes from a client is bounded before it is read; how slowly
/// and by how many it is sent is bounded by a proxy before it.
class Server {
 public:
  Server(const ServerSettings& settings, Store store, Log log);

  /// As of http::Server.
  Result<int> bind() { return http_.bind(); }
  Result<void> run(const std::stop_token& stop) { return http_.run(stop); }

 private:
  http::Server http_;
};

}  // namespace oxbow::webhook
