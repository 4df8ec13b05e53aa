#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bot/notices.h"
#include "bot/run_texts.h"
#include "bot/settings.h"
#include "job/layer_run.h"
#include "schedule/executor.h"
#include "store/run_results.h"
#include "store/runs.h"

namespace oxbow::bot {

/// BuildWatch writes down how the steps of a run's targets go, for its page and its check runs: a
/// few times a second, and at its end. A crash loses what was not written yet, and trouble with the
/// store is passed over: it is progress, and what is kept at the end counts. For one thread.
class BuildWatch final : public schedule::StepObserver {
 public:
  /// The run's targets have been planned; `checks` are the names of their check runs.
  BuildWatch(store::Run run, std::vector<std::string> checks, store::Database& database,
             const BotSettings& settings, Now now);
  BuildWatch(const BuildWatch&) = delete;
  BuildWatch& operator=(const BuildWatch&) = delete;
  ~BuildWatch() override;

  /// From now on it is these steps that are told of. The position of a target among theirs is that
  /// among the run's. They outlive the telling.
  void begin(const job::LayerSteps& steps);

  void started(schedule::StepIndex step) override;
  void set_aside(schedule::StepIndex step) override;
  void finished(schedule::StepIndex step, const schedule::StepResult& result) override;
  void at(const schedule::StepCounts& counts, double seconds_left) override;

 private:
  // How far the steps of a target are.
  struct Progress {
    BuildCounts counts;
    std::vector<schedule::StepIndex> running;
    bool is_told = false;  // that all of them have ended
  };

  store::RunLayer& layer(std::size_t target, schedule::StepIndex step);
  Result<void> write_layers();
  Result<void> show(double seconds_left, Time now);

  store::Run run_;
  std::vector<std::string> checks_;
  store::Database* database_;
  store::Runs runs_;
  store::RunResults results_;
  Notices notices_;
  Now now_;
  const job::LayerSteps* steps_ = nullptr;
  std::vector<Progress> progress_;                                         // by target
  std::map<std::pair<std::size_t, std::string>, store::RunLayer> layers_;  // by target and key
  std::map<std::size_t, std::size_t> next_position_;                       // by target
  std::set<store::RunLayer*> unwritten_;
  std::optional<Time> written_;
  std::optional<Time> shown_;
};

}  // namespace oxbow::bot
