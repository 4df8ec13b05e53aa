#include "http/listen_address.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace oxbow::http {

bool ListenAddress::is_local() const {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  ListenAddress address;
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
  return fail(
      fmt::format("'{}' is not an address to listen on; write 127.0.0.1:PORT or unix:/PATH", text));
}

}  // namespace oxbow::http
