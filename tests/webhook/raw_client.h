#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace oxbow::webhook {

/// A connection to a port of this machine that sends whatever it likes. No call waits for longer
/// than five seconds.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{5, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  bool connected() const { return connected_; }

  /// Whether all of it was taken.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Sends it so many times; stops when it is refused.
  void flood(std::string_view bytes, int times) {
    while (times-- > 0 && send(bytes)) {
    }
  }

  /// The status of the answer; 0 if none comes.
  int status() {
    std::string answer;
    while (answer.size() < 12) {
      char piece[64];
      const ssize_t got = ::recv(socket_.get(), piece, sizeof piece, 0);
      if (got <= 0) return 0;
      answer.append(piece, static_cast<std::size_t>(got));
    }
    return std::atoi(answer.c_str() + 9);
  }

  void finish_sending() { ::shutdown(socket_.get(), SHUT_WR); }

 private:
  Descriptor socket_;
  bool connected_ = false;
};

/// A delivery as GitHub would send it.
std::string signed_delivery(std::string_view secret, std::string_view guid,
                            std::string_view body = "{\"zen\":\"x\"}",
                            std::string_view more_headers = "");

}  // namespace oxbow::webhook
