#include "fetch/socket_guard.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

namespace oxbow::fetch {

SocketGuard::SocketGuard(std::chrono::steady_clock::time_point deadline)
    : deadline_(deadline), thread_([this](const std::stop_token& stop) { watch(stop); }) {}

SocketGuard::~SocketGuard() {
  thread_.request_stop();
  thread_.join();
  if (socket_ >= 0) ::close(socket_);
}

void SocketGuard::take(int socket) {
  const std::lock_guard lock(mutex_);
  if (socket_ >= 0) ::close(socket_);
  // A duplicate: the number of the original may be another file's once it was closed.
  socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  in_headers_ = true;
}

void SocketGuard::headers_are_in() {
  const std::lock_guard lock(mutex_);
  in_headers_ = false;
}

bool SocketGuard::is_flooded() const {
  constexpr std::uint64_t header_limit = 1U << 16U;
  tcp_info info{};
  socklen_t size = sizeof info;
  int unread = 0;
  if (!in_headers_ || ::getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
      ::ioctl(socket_, FIONREAD, &unread) != 0) {
    return false;
  }
  // What nobody has read yet may be the answer's body, when the reader is slow to wake up.
  return info.tcpi_bytes_received > header_limit + static_cast<std::uint64_t>(unread);
}

void SocketGuard::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    changed_.wait_for(lock, stop, std::chrono::milliseconds(10), [] { return false; });
    if (socket_ >= 0 && (std::chrono::steady_clock::now() >= deadline_ || is_flooded())) {
      ::shutdown(socket_, SHUT_RDWR);
    }
  }
}

}  // namespace oxbow::fetch
