#include "fetch/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/untrusted.h"
#include "opam/mirrors.h"
#include "opam/source_rules.h"

namespace oxbow::fetch {
namespace {

namespace fs = std::filesystem;
using Kind = FetchFailure::Kind;
using Clock = std::chrono::steady_clock;

std::unexpected<FetchFailure> failure(Kind kind, std::string_view url, std::string_view why) {
  return std::unexpected(FetchFailure{kind, fmt::format("{}: {}", shown_url(url), why)});
}

// Whose matter a failure is when there are several: the kind that may pass comes first.
int weight(Kind kind) {
  switch (kind) {
    case Kind::cache: return 3;
    case Kind::unavailable: return 2;
    case Kind::mismatch: return 1;
    case Kind::refused: return 0;
  }
  return 0;
}

// A file opam's way: without a scheme, or of one of those that mean a path.
bool is_local(std::string_view transport) {
  return transport == "file" || transport == "path" || transport == "local";
}

std::expected<void, FetchFailure> copy_local(const std::string& shown_as, const fs::path& from,
                                             const fs::path& to, const AddressPolicy& policy,
                                             const DownloadLimits& limits) {
  if (!policy.local_files) {
    return failure(Kind::refused, shown_as, "local files are not fetched");
  }
  std::error_code error;
  if (fs::is_directory(from, error)) {
    return failure(Kind::refused, shown_as, "a folder; name an archive or a git repository");
  }
  const auto size = fs::file_size(from, error);
  if (error) return failure(Kind::unavailable, shown_as, error.message());
  if (size > limits.bytes) {
    return failure(Kind::refused, shown_as, fmt::format("longer than {} bytes", limits.bytes));
  }
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) return failure(Kind::unavailable, shown_as, error.message());
  return {};
}

/// SourceFetch fetches the sources of one package, one after the other.
class SourceFetch {
 public:
  SourceFetch(const SourceCache& cache, const FetchSettings& settings)
      : cache_(cache), settings_(settings), deadline_(Clock::now() + settings.total) {}

  std::expected<FetchedSource, FetchFailure> fetch(const opam::Source& source,
                                                   const std::vector<opam::Url>& mirrors) const {
    // The file is a stranger's and may name any number.
    constexpr std::size_t most_mirrors = 10;
    std::vector<opam::Url> urls = {source.url};
    urls.insert(
        urls.end(), mirrors.begin(),
        mirrors.begin() + static_cast<std::ptrdiff_t>(std::min(mirrors.size(), most_mirrors)));
    if (auto wrong = opam::contradiction(source, mirrors)) {
      return failure(Kind::refused, source.url.to_string(), printable(*wrong, 2 * most_shown));
    }
    FetchedSource fetched{source.title, {}};
    if (source.url.backend == opam::Backend::git) {
      auto commit = first_of<CachedCommit>(urls, [&](const opam::Url& url) {
        return fetch_commit(url, cache_, settings_.policy, limits());
      });
      if (!commit) return std::unexpected(std::move(commit.error()));
      fetched.place = *std::move(commit);
      return fetched;
    }
    TRY_ASSIGN(auto file, fetch_file(source.checksums, urls));
    fetched.place = std::move(file);
    return fetched;
  }

 private:
  // What the first of the urls yields that yields something.
  template <typename Yield, typename Get>
  static std::expected<Yield, FetchFailure> first_of(const std::vector<opam::Url>& urls,
                                                     const Get& get) {
    std::optional<FetchFailure> worst;
    for (const opam::Url& url : urls) {
      auto got = get(url);
      if (got) return got;
      if (!worst || weight(got.error().kind) > weight(worst->kind)) {
        worst = std::move(got.error());
      }
    }
    return std::unexpected(*std::move(worst));
  }

  std::expected<CachedFile, FetchFailure> fetch_file(const std::vector<opam::Checksum>& checksums,
                                                     const std::vector<opam::Url>& urls) const {
    if (!checksums.empty()) {
      if (auto found = cache_.find(checksums)) return CachedFile{*std::move(found)};
    }
    const auto unfinished = cache_.begin();
    if (!unfinished) {
      return std::unexpected(FetchFailure{Kind::cache, unfinished.error().message});
    }
    if (ask_mirrors(checksums, *unfinished)) return keep(checksums, *unfinished);
    const auto got = first_of<std::string>(urls, [&](const opam::Url& url) {
      return get_file(url, checksums, *unfinished, settings_.policy);
    });
    if (!got) return std::unexpected(got.error());
    return keep(checksums, *unfinished);
  }

  // That a configured mirror lacks a file, or is away, says nothing of the package.
  bool ask_mirrors(const std::vector<opam::Checksum>& checksums,
                   const Unfinished& unfinished) const {
    constexpr AddressPolicy trusted = {.private_addresses = true, .local_files = true};
    for (const std::string& base : settings_.mirrors) {
      for (const opam::Checksum& checksum : checksums) {
        const auto url = opam::parse_url(fmt::format("{}/{}/{}/{}", base, name(checksum.kind),
                                                     checksum.hex.substr(0, 2), checksum.hex));
        if (url && get_file(*url, checksums, unfinished, trusted)) return true;
      }
    }
    return false;
  }

  // The url, when what it gives has all the checksums.
  std::expected<std::string, FetchFailure> get_file(const opam::Url& url,
                                                    const std::vector<opam::Checksum>& checksums,
                                                    const Unfinished& unfinished,
                                                    const AddressPolicy& policy) const {
    std::string text = url.transport + "://" + url.path;
    std::expected<void, FetchFailure> got;
    if (url.backend == opam::Backend::http &&
        (url.transport == "http" || url.transport == "https")) {
      got = download(text, unfinished.file(), policy, limits());
    } else if (url.backend == opam::Backend::rsync && is_local(url.transport)) {
      got = copy_local(text, url.path, unfinished.file(), policy, limits());
    } else {
      got = failure(Kind::refused, url.to_string(),
                    "not fetched this way; use https, or git over https");
    }
    if (!got) return std::unexpected(std::move(got.error()));
    const auto wrong = wrong_checksum(unfinished.file(), checksums);
    if (!wrong) return std::unexpected(FetchFailure{Kind::cache, wrong.error().message});
    if (*wrong) {
      return failure(Kind::mismatch, text,
                     fmt::format("expected {}, got {}", (*wrong)->expected.to_string(),
                                 (*wrong)->got.to_string()));
    }
    return text;
  }

  std::expected<CachedFile, FetchFailure> keep(std::vector<opam::Checksum> checksums,
                                               const Unfinished& unfinished) const {
    const bool unnamed = checksums.empty();
    if (unnamed) {
      auto own = digests(unfinished.file(), {HashKind::sha256});
      if (!own) return std::unexpected(FetchFailure{Kind::cache, own.error().message});
      checksums = *std::move(own);
    }
    if (const auto kept = cache_.keep_file(unfinished, checksums); !kept) {
      return std::unexpected(FetchFailure{Kind::cache, kept.error().message});
    }
    return CachedFile{strongest(checksums), unnamed};
  }

  DownloadLimits limits() const {
    DownloadLimits limits = settings_.limits;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
    limits.total = std::clamp(left, std::chrono::milliseconds(0), limits.total);
    return limits;
  }

  const SourceCache& cache_;
  const FetchSettings& settings_;
  Clock::time_point deadline_;
};

}  // namespace

std::expected<FetchedSources, FetchFailure> fetch_sources(const opam::Definition& definition,
                                                          const SourceCache& cache,
                                                          const FetchSettings& settings) {
  const SourceFetch fetch(cache, settings);
  FetchedSources result;
  std::vector<opam::Source> sources = definition.extra_sources();
  if (definition.url()) sources.insert(sources.begin(), *definition.url());
  for (const opam::Source& source : sources) {
    TRY_ASSIGN(auto fetched, fetch.fetch(source, opam::mirrors(definition, source.title)));
    result.sources.push_back(std::move(fetched));
  }
  return result;
}

}  // namespace oxbow::fetch
