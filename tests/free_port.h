#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <random>

#include "base/descriptor.h"

namespace oxbow::tests {

/// A port of loopback for a program that cannot be asked which one it took. It is below those that
/// the system gives to others by itself, so that it stays free until then.
inline int free_port() {
  std::random_device random;
  for (;;) {
    const int port = std::uniform_int_distribution(20'000, 31'999)(random);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      return port;
    }
  }
}

}  // namespace oxbow::tests
