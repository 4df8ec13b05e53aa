#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bot/decide.h"
#include "bot/notices.h"
#include "bot/settings.h"
#include "github/client.h"
#include "github/event.h"
#include "store/deliveries.h"
#include "store/jobs.h"
#include "store/pulls.h"
#include "store/runs.h"

namespace oxbow::bot {

/// Reception reads deliveries in the order in which they came, decides about each, and has it done:
/// runs begin and end, jobs are added and removed, GitHub is to show what follows. All that one
/// delivery brings about is one transaction, so that it happens once. For one thread.
class Reception {
 public:
  using Explain = std::function<std::string(const store::Run& run, std::string_view package)>;
  using Log = std::function<void(std::string_view line)>;

  /// Without a client nobody is asked: who is not in the policy's lists may do nothing.
  Reception(store::Database& database, github::Client* client, const BotSettings& settings, Now now,
            Explain explain, Log log)
      : database_(&database),
        deliveries_(database),
        jobs_(database),
        pulls_(database),
        runs_(database),
        publications_(database),
        notices_(database, settings),
        client_(client),
        settings_(&settings),
        now_(std::move(now)),
        explain_(std::move(explain)),
        log_(std::move(log)) {}

  /// Works on the delivery that waits the longest; false if none does, or GitHub could not be asked
  /// yet, so that it is better to wait.
  Result<bool> work_on_next();

 private:
  Result<void> close(const store::Delivery& delivery, store::DeliveryState state,
                     std::string_view note);
  Result<Known> known_about(const github::Event& event);
  Result<void> look_up_pull(const std::string& repository, std::int64_t pull, Known& known);
  Result<void> look_up_check(const github::CheckRunEvent& event, Known& known);
  github::Answer<void> answer(Question question, const github::Event& event, Known& known);
  Result<void> explain_all(const github::Event& event, std::vector<Action>& actions);
  Result<void> act_on(const store::Delivery& delivery, const github::Event& event,
                      const Decision& decision);
  // Each does one action, within the delivery's transaction.
  Result<void> act(const RememberPull& remember, const github::Event& event);
  Result<void> act(const StartRun& start, const github::Event& event);
  Result<void> act(const CancelRun& cancel, const github::Event& event);
  Result<void> act(const RestartRun& restart, const github::Event& event);
  Result<void> act(const ReleaseRun& release, const github::Event& event);
  Result<void> act(const React& react, const github::Event& event);
  Result<void> act(const Reply& reply, const github::Event& event);
  Result<void> act(const ExplainPackage& explain, const github::Event& event);

  store::Database* database_;
  store::Deliveries deliveries_;
  store::Jobs jobs_;
  store::Pulls pulls_;
  store::Runs runs_;
  store::Publications publications_;
  Notices notices_;
  github::Client* client_;
  const BotSettings* settings_;
  Now now_;
  Explain explain_;
  Log log_;
  std::size_t unanswered_ = 0;  // times in a row that GitHub could not be asked
  Time ask_again_;
};

}  // namespace oxbow::bot
