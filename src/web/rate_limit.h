#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace oxbow::web {

/// RateLimit says whether a client may ask once more: each has a burst, refilled at a rate. It
/// remembers a bounded number of clients. For one thread.
class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RateLimit(double burst, double a_second) : burst_(burst), a_second_(a_second) {}

  bool allows(const std::string& client, Time now) {
    if (clients_.size() >= most_clients && !clients_.contains(client)) forget_idle(now);
    Client& state = clients_.try_emplace(client, Client{burst_, now}).first->second;
    state.left = left(state, now);
    state.at = now;
    if (state.left < 1) return false;
    state.left -= 1;
    return true;
  }

 private:
  static constexpr std::size_t most_clients = 10'000;
  struct Client {
    double left;
    Time at;
  };

  double left(const Client& client, Time now) const {
    return std::min(
        burst_, client.left + a_second_ * std::chrono::duration<double>(now - client.at).count());
  }

  // Those that may ask as much as strangers; if none is, all begin anew.
  void forget_idle(Time now) {
    std::erase_if(clients_, [&](const auto& one) { return left(one.second, now) >= burst_; });
    if (clients_.size() >= most_clients) clients_.clear();
  }

  double burst_;
  double a_second_;
  std::unordered_map<std::string, Client> clients_;
};

}  // namespace oxbow::web
