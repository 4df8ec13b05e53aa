#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cache/store.h"
#include "store/database.h"
#include "store/deliveries.h"
#include "store/jobs.h"
#include "store/publications.h"
#include "store/run_results.h"
#include "store/runs.h"
#include "web/page.h"
#include "web/response.h"

namespace oxbow::web {

struct SiteSettings {
  std::filesystem::path cache;  ///< of layers, for their logs; may be empty
  std::string github = "https://github.com";
  bool dry_run = false;
};

/// Site answers requests from the store:
///   /                        the newest runs; ?before=ID those before
///   /runs/ID                 a run; /runs/ID/layers?after=N more of its layers
///   /runs/ID/log/TARGET/KEY  a layer's log; ?from=BYTE what follows, as plain text; ?raw all of it
///   ...?build=NAME           the same; where NAME is its build's, this log may be kept for ever
///   /runs/ID/comment         what GitHub shows; ?raw the comment alone, as plain text
///   /metrics, /healthz, /style.css, /live.js
/// A page that was asked for before is kept as long as the store does not change. For one thread.
class Site {
 public:
  Site(store::Database database, SiteSettings settings);

  Response answer(const Request& request, Time now);

 private:
  using Parts = std::vector<std::string>;

  Response route(const Request& request, const Parts& parts, Time now);
  Result<Response> queue(const Request& request, const PageFacts& facts);
  Result<Response> of_run(const Request& request, const Parts& parts, const PageFacts& facts);
  Result<Response> run(const store::Run& run, std::size_t skip, const PageFacts& facts);
  Result<Response> log(const Request& request, const store::Run& run, const Parts& parts,
                       const PageFacts& facts);
  Result<Response> comment(const Request& request, const store::Run& run, const PageFacts& facts);
  Result<Response> metrics(Time now);

  /// The layers of a target; none where no cache is known.
  std::optional<cache::LayerStore> layers_of(const store::RunTarget& target) const;
  /// As RunPage::builds has it.
  std::string build_of(const std::vector<store::RunTarget>& targets,
                       const store::RunLayer& layer) const;

  store::Database database_;
  store::Runs runs_;
  store::RunResults results_;
  store::Jobs jobs_;
  store::Deliveries deliveries_;
  store::Publications publications_;
  SiteSettings settings_;
  std::map<std::string, Response> kept_;  // by path and query
  std::int64_t kept_version_ = -1;
  std::map<int, std::size_t> answered_;  // by status
};

}  // namespace oxbow::web
