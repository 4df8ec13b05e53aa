#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace oxbow::http {

/// Where a server listens: HOST:PORT, [V6]:PORT or unix:/PATH.
struct ListenAddress {
  std::string host;  ///< empty: a unix socket
  int port = 0;      ///< 0: any that is free
  std::string path;

  bool is_local() const;  ///< loopback, or a unix socket
};

Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace oxbow::http
