#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "opam/target.h"
#include "store/database.h"
#include "store/runs.h"
#include "verdict/comparison.h"
#include "verdict/conclusion.h"
#include "verdict/outcome.h"

namespace oxbow::store {

/// What a run found for one target.
struct RunTarget {
  opam::Target target;
  std::size_t packages = 0;
  std::size_t layers = 0;
  std::size_t cached = 0;
  double estimated_seconds = 0;  ///< of building what is not cached; 0 is not known
  std::optional<verdict::Conclusion> conclusion;  ///< once it is built
};

enum class LayerState : std::uint8_t { waiting, running, done };

std::string_view name(LayerState state);

/// One layer of a run's cone for one target.
struct RunLayer {
  std::size_t target = 0;    ///< position of its target
  std::size_t position = 0;  ///< in the order in which they are built
  std::string package;       ///< "NAME.VERSION"
  std::string key;
  std::string reason;  ///< why it is rebuilt, in a line of plain text
  LayerState state = LayerState::waiting;
  std::optional<verdict::Outcome> outcome;  ///< when done
  bool cached = false;
  double seconds = 0;
  std::string error_line;  ///< the first of its log, of what failed
};

/// One root that the change may have touched.
struct RunRoot {
  std::size_t target = 0;
  std::string package;
  verdict::RootOutcome base;
  verdict::RootOutcome head;
  verdict::Verdict verdict{};
  std::string failed_key;  ///< the layer to blame, if one is
};

/// RunResults keeps what runs found: their targets, layers, roots and documents.
class RunResults {
 public:
  explicit RunResults(Database& database) : database_(&database) {}

  /// Puts a run's targets and layers in place of those it had.
  Result<void> set_plan(RunId run, std::span<const RunTarget> targets,
                        std::span<const RunLayer> layers);
  Result<void> set_target_conclusion(RunId run, std::size_t target, verdict::Conclusion conclusion);
  Result<void> set_layer(RunId run, const RunLayer& layer);
  Result<void> set_roots(RunId run, std::span<const RunRoot> roots);

  Result<std::vector<RunTarget>> targets(RunId run);
  /// At most `count` layers, those after the first `skip`; by target and position.
  Result<std::vector<RunLayer>> layers(RunId run, std::size_t skip, std::size_t count);
  Result<std::optional<RunLayer>> layer(RunId run, std::size_t target, std::string_view key);
  Result<std::vector<RunRoot>> roots(RunId run);

  /// Texts that belong to a run, by name: "plan.json", "comment.md".
  Result<void> set_document(RunId run, std::string_view name, std::string_view text);
  Result<std::optional<std::string>> document(RunId run, std::string_view name);

 private:
  Database* database_;
};

}  // namespace oxbow::store
