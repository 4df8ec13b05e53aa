#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "bot/settings.h"
#include "github/client.h"
#include "store/publications.h"
#include "store/runs.h"

namespace oxbow::bot {

/// Publisher makes GitHub show what is wanted: one write after another, a time apart, each as often
/// as it takes. A write whose answer was lost has no second effect: nothing is tried again before
/// it can no longer be under way, and before anything is made anew, it is looked for. For one
/// thread.
class Publisher {
 public:
  /// Waits until a time; false if the wait was cut short, because the program ends.
  using WaitUntil = std::function<bool(Time)>;
  using Log = std::function<void(std::string_view line)>;

  /// Without a client nothing is written to GitHub, and what would be is logged (--dry-run).
  Publisher(store::Database& database, github::Client* client, const BotSettings& settings, Now now,
            WaitUntil wait_until, Log log)
      : runs_(database),
        publications_(database),
        client_(client),
        settings_(&settings),
        now_(std::move(now)),
        wait_until_(std::move(wait_until)),
        log_(std::move(log)) {}

  /// Tells GitHub the next thing that is due; false if none is, or the program ends.
  Result<bool> publish_next();

 private:
  using Told = github::Answer<std::string>;  // GitHub's id of the thing

  Told tell(const store::Publication& publication);
  Told tell_check(const store::Publication& publication);
  Told tell_comment(const store::Publication& publication);
  Told tell_label(const store::Publication& publication);
  Told tell_reply(const store::Publication& publication);
  github::Answer<std::string> find_check(const store::Publication& publication,
                                         const store::Run& run);
  github::Answer<std::string> find_comment(const store::Publication& publication,
                                           std::string_view marker);
  Result<void> keep(const store::Publication& publication, const Told& told);
  /// Waits for the next turn, does the write, and lets GitHub rest from its end on.
  template <typename Write>
  auto write(const store::Publication& publication, const Write& write) -> decltype(write());
  Told make_comment(const store::Publication& publication);

  store::Runs runs_;
  store::Publications publications_;
  github::Client* client_;
  const BotSettings* settings_;
  Now now_;
  WaitUntil wait_until_;
  Log log_;
  std::set<std::string> labels_made_;
  bool ends_ = false;  // a wait was cut short
};

}  // namespace oxbow::bot
