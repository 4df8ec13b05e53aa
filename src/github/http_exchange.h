#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::github {

/// A request to a server that is named by the beginning of its address, "https://api.github.com".
struct HttpRequest {
  std::string server;
  std::string method;
  std::string path;  ///< with its query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< JSON; empty: none
};

struct HttpAnswer {
  int status = 0;                              ///< 0: none came
  std::map<std::string, std::string> headers;  ///< by their names in lower case
  std::string body;
  std::string trouble;  ///< why none came

  std::string_view header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

struct HttpLimits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds silence{30'000};
  std::size_t body = std::size_t{16} << 20;
};

/// Sends one request and waits for its answer. No redirect is followed: they are an answer. Of
/// https the certificate is verified. Safe to call from any thread.
HttpAnswer exchange(const HttpRequest& request, const HttpLimits& limits);

}  // namespace oxbow::github
