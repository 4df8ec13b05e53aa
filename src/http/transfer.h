#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/headers.h"

namespace oxbow::http {

struct Request {
  std::string url = {};  ///< whole, http or https; sent as it is
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};  ///< of a POST, PUT or PATCH
};

/// Head is what is known of an answer before its content comes.
struct Head {
  int status = 0;
  Headers headers;
  std::string address;  ///< numeric, of who answers
};

/// What one transfer may take.
struct Limits {
  std::chrono::milliseconds connect{10'000};      ///< the name's look-up, connection and handshake
  std::chrono::milliseconds silence{30'000};      ///< below a byte a second; rounded up to seconds
  std::chrono::milliseconds total{0};             ///< 0: as long as something comes
  std::uint64_t bytes = std::uint64_t{16} << 20;  ///< of content
};

/// Trouble is why a transfer did not end well.
struct Trouble {
  enum class Kind : std::uint8_t {
    forbidden,  ///< Receiver::forbidden allowed no address of the host that could be connected to
    too_large,  ///< more than Limits::bytes, or so it is announced
    not_taken,  ///< Receiver::take said no
    failed,     ///< all else: the network, the server, its certificate
  };
  Kind kind = Kind::failed;
  std::string message;  ///< a part of a line, fit for a terminal
};

/// Receiver decides about a transfer while it runs, on the thread that called. An empty function
/// allows all.
struct Receiver {
  /// Why a numeric address may not be connected to; none if it may. Asked of every address right
  /// before it is connected to, so that a name that leads elsewhere the next time gains nothing.
  std::function<std::optional<std::string>(const std::string& address)> forbidden;
  /// Whether the content is wanted; if not, the transfer ends well after the head.
  std::function<bool(const Head& head)> wanted;
  /// Takes the next bytes of the content; false if that cannot be done.
  std::function<bool(std::string_view bytes)> take;
};

/// Sends one request and receives its answer. No redirect is followed: that is an answer. Content
/// is not decompressed. A certificate must be one that the system trusts (SSL_CERT_FILE and
/// SSL_CERT_DIR name another store) for the url's host. Neither proxies nor secrets are taken from
/// the environment. Headers of more than 64 KiB are an error. Safe to call from any thread of a
/// process that ignores SIGPIPE; threads share nothing. A look-up that hangs may outlast the limits
/// by as long as the resolver does.
std::expected<Head, Trouble> transfer(const Request& request, const Limits& limits,
                                      const Receiver& receiver);

}  // namespace oxbow::http
