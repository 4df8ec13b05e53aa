#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oxbow::fetch {

/// HttpUrl is an http or https url as it is asked for: without a user's name and password and
/// without a fragment. Its host is a name or a whole numeric address, in lower case and without
/// brackets; its target has no byte that could end a line.
struct HttpUrl {
  bool tls = true;
  std::string host;
  std::uint16_t port = 443;
  std::string target = "/";  ///< path and query

  /// HOST or HOST:PORT, as in the header Host.
  std::string authority() const;
  std::string to_string() const;
  friend bool operator==(const HttpUrl&, const HttpUrl&) = default;
};

/// None if it is not an http or https url, or its host is not a plain name or address: "0x7f.1" and
/// such are refused, as programs disagree about them.
std::optional<HttpUrl> parse_http_url(std::string_view text);

/// Where a redirect from `url` leads: `location` may be relative.
std::optional<HttpUrl> redirected(const HttpUrl& url, std::string_view location);

/// The bytes of an untrusted text that a message has, at most.
constexpr std::size_t most_shown = 200;

/// A url for a message: printable, without a user's name, password, and query.
std::string shown_url(std::string_view url);

}  // namespace oxbow::fetch
