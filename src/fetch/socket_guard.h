#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace oxbow::fetch {

/// SocketGuard ends a connection that another thread reads from: when the deadline is over, or when
/// 64 KiB came and no end of the headers. The time-outs of an HTTP client are for
/// each read, so a server that sends a byte now and then would be listened to for ever. Safe to
/// call from any thread.
class SocketGuard {
 public:
  explicit SocketGuard(std::chrono::steady_clock::time_point deadline);
  SocketGuard(const SocketGuard&) = delete;
  SocketGuard& operator=(const SocketGuard&) = delete;
  ~SocketGuard();

  /// Watches this socket from now on, instead of another one. It may be closed at any time.
  void take(int socket);
  void headers_are_in();

 private:
  bool is_flooded() const;
  void watch(const std::stop_token& stop);

  std::chrono::steady_clock::time_point deadline_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int socket_ = -1;
  bool in_headers_ = true;
  std::jthread thread_;  // the last one: it uses the others
};

}  // namespace oxbow::fetch
