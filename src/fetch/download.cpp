#include "fetch/download.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <httplib.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/file.h"
#include "fetch/host_addresses.h"
#include "fetch/socket_guard.h"

namespace oxbow::fetch {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = FetchFailure::Kind;

std::unexpected<FetchFailure> failure(Kind kind, const HttpUrl& url, std::string_view why) {
  return std::unexpected(
      FetchFailure{kind, fmt::format("{}: {}", shown_url(url.to_string()), why)});
}

/// Where the content goes; none where it is not wanted.
struct Sink {
  int descriptor = -1;
  std::uint64_t written = 0;
  std::uint64_t limit = 0;
  bool too_large = false;
  int error = 0;

  bool write(const char* data, std::size_t size) {
    too_large = size > limit - written;
    if (too_large) return false;
    written += size;
    while (size > 0) {
      const ssize_t done = ::write(descriptor, data, size);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) {
        error = errno;
        return false;
      }
      data += done;
      size -= static_cast<std::size_t>(done);
    }
    return true;
  }
};

struct Answer {
  int status = 0;
  std::string location;
  std::uint64_t length = 0;
  httplib::Error error = httplib::Error::Success;
};

// Calls act() on a thread with a large stack, of which only what is used takes memory. httplib
// matches a server's status line by std::regex, which takes 200 bytes of stack a character; the
// line may be as long as what the kernel had received when SocketGuard ended the connection.
template <typename Act>
bool on_large_stack(const Act& act) {
  constexpr std::size_t stack = std::size_t{2} << 30;
  const auto call = [](void* data) -> void* {
    (*static_cast<const Act*>(data))();
    return nullptr;
  };
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, stack);
  pthread_t thread{};
  const bool started = ::pthread_create(&thread, &attributes, call, const_cast<Act*>(&act)) == 0;
  ::pthread_attr_destroy(&attributes);
  return started && ::pthread_join(thread, nullptr) == 0;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// What httplib met, for a sentence.
std::string_view reason(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection: return "no connection can be made";
    case httplib::Error::ConnectionTimeout: return "no connection is made in time";
    case httplib::Error::SSLConnection: return "the TLS handshake fails";
    case httplib::Error::SSLServerVerification:
      return "its certificate is not one that this system trusts for this host";
    case httplib::Error::SSLLoadingCerts: return "the system's certificates cannot be read";
    default: return "the connection ends before the answer does";
  }
}

/// Transfer is one download, with its redirects.
class Transfer {
 public:
  Transfer(const AddressPolicy& policy, const DownloadLimits& limits, Sink* sink)
      : policy_(policy), limits_(limits), sink_(sink), deadline_(Clock::now() + limits.total) {}

  std::expected<HttpUrl, FetchFailure> run(std::string_view text) const {
    constexpr int most_redirects = 10;
    auto url = parse_http_url(text);
    if (!url) {
      return std::unexpected(FetchFailure{
          Kind::refused, fmt::format("{}: no url for http or https", shown_url(text))});
    }
    for (int redirects = 0; redirects <= most_redirects; ++redirects) {
      const auto addresses = checked_addresses(url->host, policy_);
      if (!addresses) {
        return failure(addresses.error().kind, *url, addresses.error().message);
      }
      TRY_ASSIGN(const auto answer, ask(*url, *addresses));
      if (answer.status == 200) return *std::move(url);
      if (!is_redirect(answer.status)) {
        return failure(Kind::unavailable, *url, fmt::format("answers {}", answer.status));
      }
      auto next = redirected(*url, answer.location);
      if (!next || (url->tls && !next->tls)) {
        return failure(Kind::refused, *url,
                       fmt::format("redirects to {}, {}", shown_url(answer.location),
                                   next ? "which is not encrypted" : "no url for http or https"));
      }
      url = std::move(next);
    }
    return failure(Kind::unavailable, *url,
                   fmt::format("more than {} redirects lead here", most_redirects));
  }

 private:
  // The first address that can be connected to answers.
  std::expected<Answer, FetchFailure> ask(const HttpUrl& url,
                                          const std::vector<Address>& addresses) const {
    Answer answer;
    for (const Address& address : addresses) {
      if (Clock::now() >= deadline_) break;
      const bool asked = on_large_stack([&] {
        try {
          answer = ask(url, address);
        } catch (const std::exception&) {
          answer.error = httplib::Error::Unknown;
        }
      });
      if (!asked) return failure(Kind::cache, url, "no thread can be started for the download");
      if (answer.error != httplib::Error::Connection &&
          answer.error != httplib::Error::ConnectionTimeout) {
        break;
      }
    }
    if (sink_ != nullptr && sink_->too_large) {
      return failure(Kind::refused, url, fmt::format("longer than {} bytes", limits_.bytes));
    }
    if (sink_ != nullptr && sink_->error != 0) {
      return failure(Kind::cache, url,
                     "cannot be written: " + std::generic_category().message(sink_->error));
    }
    if (answer.error == httplib::Error::Success) return answer;
    if (Clock::now() >= deadline_) {
      return failure(Kind::unavailable, url,
                     fmt::format("not done after {:.0f} s",
                                 std::chrono::duration<double>(limits_.total).count()));
    }
    return failure(Kind::unavailable, url, reason(answer.error));
  }

  Answer ask(const HttpUrl& url, const Address& address) const {
    SocketGuard guard(deadline_);
    const auto client = make_client(url, address, guard);
    Answer answer;
    const auto on_headers = [&](const httplib::Response& response) {
      guard.headers_are_in();
      answer.status = response.status;
      answer.location = response.get_header_value("Location");
      if (answer.status != 200 || sink_ == nullptr) return false;
      // Said beforehand, so that it is not downloaded up to the limit.
      sink_->too_large = response.has_header("Content-Length") &&
                         response.get_header_value<std::uint64_t>("Content-Length") > sink_->limit;
      return !sink_->too_large;
    };
    const auto on_content = [&](const char* data, std::size_t size) {
      return sink_->write(data, size);
    };
    const httplib::Headers headers = {
        {"Host", url.authority()}, {"User-Agent", "oxbow"}, {"Accept-Encoding", "identity"}};
    const httplib::Result result = client->Get(url.target, headers, on_headers, on_content);
    // Where on_headers wants no content, httplib calls the request cancelled.
    const bool complete = result || (answer.status != 0 && (answer.status != 200 || !sink_));
    if (!complete) answer.error = result.error();
    return answer;
  }

  std::unique_ptr<httplib::ClientImpl> make_client(const HttpUrl& url, const Address& address,
                                                   SocketGuard& guard) const {
    std::unique_ptr<httplib::ClientImpl> client;
    if (url.tls) {
      client = std::make_unique<httplib::SSLClient>(url.host, url.port);
      client->enable_server_certificate_verification(true);
    } else {
      client = std::make_unique<httplib::ClientImpl>(url.host, url.port);
    }
    client->set_hostname_addr_map({{url.host, address.to_string()}});
    client->set_follow_location(false);
    client->set_keep_alive(false);
    client->set_decompress(false);
    client->set_url_encode(false);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    client->set_connection_timeout(std::min(limits_.connect, left));
    client->set_read_timeout(std::min(limits_.read, left));
    client->set_write_timeout(std::min(limits_.read, left));
    client->set_socket_options([&guard](int socket) { guard.take(socket); });
    return client;
  }

  const AddressPolicy& policy_;
  const DownloadLimits& limits_;
  Sink* sink_;
  Clock::time_point deadline_;
};

}  // namespace

std::expected<void, FetchFailure> download(std::string_view url, const std::filesystem::path& file,
                                           const AddressPolicy& policy,
                                           const DownloadLimits& limits) {
  Sink sink{.descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
            .limit = limits.bytes};
  if (sink.descriptor < 0) {
    return std::unexpected(FetchFailure{Kind::cache, system_message(file, errno)});
  }
  const auto done = Transfer(policy, limits, &sink).run(url);
  const bool closed = ::close(sink.descriptor) == 0;
  if (!done) return std::unexpected(done.error());
  if (!closed) return std::unexpected(FetchFailure{Kind::cache, system_message(file, errno)});
  return {};
}

std::expected<HttpUrl, FetchFailure> locate(std::string_view url, const AddressPolicy& policy,
                                            const DownloadLimits& limits) {
  return Transfer(policy, limits, nullptr).run(url);
}

}  // namespace oxbow::fetch
