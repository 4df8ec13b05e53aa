#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/publications.h"
#include "store/run_results.h"
#include "store/runs.h"
#include "web/html.h"

/// The pages, as functions of what the store holds.
namespace oxbow::web {

/// What pages say of the place they are at.
struct PageFacts {
  std::string github = "https://github.com";
  bool dry_run = false;
  Time now;
};

std::string queue_page(const PageFacts& facts, const std::vector<store::Run>& runs, bool has_more,
                       const std::vector<std::size_t>& counts);

struct RunPage {
  store::Run run;
  std::vector<store::RunTarget> targets;
  std::vector<store::RunLayer> layers;  ///< the first of them, from `skipped` on
  /// By layer: cache::build_name of the build whose log the cache has; empty while the run has not
  /// done the layer, and where there is none.
  std::vector<std::string> builds;
  std::size_t skipped = 0;
  bool has_more = false;
  std::vector<store::RunRoot> roots;
  std::vector<store::Publication> publications;
};
std::string run_page(const PageFacts& facts, const RunPage& page);

/// The comment of a run, as it was or would be posted, and its check runs.
std::string comment_page(const PageFacts& facts, const store::Run& run,
                         const std::optional<std::string>& comment,
                         const std::vector<store::Publication>& publications);

/// A part of a layer's log.
struct LogText {
  std::string text;  ///< as the build printed it, from `begin` on
  std::uint64_t begin = 0;
  bool is_finished = false;  ///< its build has ended
};

std::string log_page(const PageFacts& facts, const store::Run& run, const store::RunLayer& layer,
                     const std::optional<LogText>& log);

/// For what has no page: the status of HTTP and why.
std::string trouble_page(int status, std::string_view why);

/// All pages' one style sheet and one script, which brings a running build's log up to date.
std::string_view style_sheet();
std::string_view live_script();

}  // namespace oxbow::web
