#include "fetch/download.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "base/descriptor.h"
#include "base/file.h"
#include "http/transfer.h"

namespace oxbow::fetch {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = FetchFailure::Kind;

std::unexpected<FetchFailure> failure(Kind kind, const HttpUrl& url, std::string_view why) {
  return std::unexpected(
      FetchFailure{kind, fmt::format("{}: {}", shown_url(url.to_string()), why)});
}

/// Where the content goes.
struct Sink {
  Descriptor file;
  int error = 0;

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t done = ::write(file.get(), bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) {
        error = errno;
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return true;
  }
};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Download is one download, with its redirects; without a sink the content is not wanted.
class Download {
 public:
  Download(const AddressPolicy& policy, const DownloadLimits& limits, Sink* sink)
      : policy_(policy), limits_(limits), sink_(sink), deadline_(Clock::now() + limits.total) {}

  std::expected<Location, FetchFailure> run(std::string_view text) const {
    constexpr int most_redirects = 10;
    auto url = parse_http_url(text);
    if (!url) {
      return std::unexpected(FetchFailure{
          Kind::refused, fmt::format("{}: no url for http or https", shown_url(text))});
    }
    for (int redirects = 0; redirects <= most_redirects; ++redirects) {
      TRY_ASSIGN(auto head, ask(*url));
      if (head.status == 200) return Location{*std::move(url), std::move(head.address)};
      if (!is_redirect(head.status)) {
        return failure(Kind::unavailable, *url, fmt::format("answers {}", head.status));
      }
      const std::string_view location = http::value_of(head.headers, "location");
      auto next = redirected(*url, location);
      if (!next || (url->tls && !next->tls)) {
        return failure(Kind::refused, *url,
                       fmt::format("redirects to {}, {}", shown_url(location),
                                   next ? "which is not encrypted" : "no url for http or https"));
      }
      url = std::move(next);
    }
    return failure(Kind::unavailable, *url,
                   fmt::format("more than {} redirects lead here", most_redirects));
  }

 private:
  std::expected<http::Head, FetchFailure> ask(const HttpUrl& url) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    if (left.count() <= 0) return out_of_time(url);
    http::Request request;
    request.url = url.to_string();
    request.headers = {{"User-Agent", "oxbow"}, {"Accept-Encoding", "identity"}};
    http::Receiver receiver;
    receiver.forbidden = [&](const std::string& address) { return forbidden(url, address); };
    receiver.wanted = [&](const http::Head& head) { return head.status == 200 && sink_; };
    receiver.take = [&](std::string_view bytes) { return sink_->write(bytes); };
    auto head = http::transfer(
        request, {std::min(limits_.connect, left), limits_.read, left, limits_.bytes}, receiver);
    if (head) return *std::move(head);
    switch (head.error().kind) {
      case http::Trouble::Kind::forbidden:
      case http::Trouble::Kind::too_large: return failure(Kind::refused, url, head.error().message);
      case http::Trouble::Kind::not_taken:
        return failure(Kind::cache, url,
                       "cannot be written: " + std::generic_category().message(sink_->error));
      case http::Trouble::Kind::failed: break;
    }
    if (Clock::now() >= deadline_) return out_of_time(url);
    return failure(Kind::unavailable, url, head.error().message);
  }

  std::unexpected<FetchFailure> out_of_time(const HttpUrl& url) const {
    return failure(Kind::unavailable, url,
                   fmt::format("not done after {:.0f} s",
                               std::chrono::duration<double>(limits_.total).count()));
  }

  std::optional<std::string> forbidden(const HttpUrl& url, const std::string& text) const {
    const auto address = parse_address(text);
    const auto kind = address ? forbidden_as(*address, policy_) : "an unknown address";
    if (!kind) return std::nullopt;
    return fmt::format("{} is {}, {}, from which sources are not fetched", url.host, text, *kind);
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
  Sink sink{Descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644))};
  if (!sink.file) return std::unexpected(FetchFailure{Kind::cache, system_message(file, errno)});
  TRY(Download(policy, limits, &sink).run(url));
  if (!sink.file.close()) {
    return std::unexpected(FetchFailure{Kind::cache, system_message(file, errno)});
  }
  return {};
}

std::expected<Location, FetchFailure> locate(std::string_view url, const AddressPolicy& policy,
                                             const DownloadLimits& limits) {
  return Download(policy, limits, nullptr).run(url);
}

}  // namespace oxbow::fetch
