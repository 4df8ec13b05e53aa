#include "bot/held_job.h"

#include <algorithm>
#include <utility>

namespace oxbow::bot {
namespace {

// A run that is cancelled should stop soon.
constexpr std::chrono::milliseconds longest_rest{500};

}  // namespace

HeldJob::HeldJob(store::Database& database, store::Database renewing, store::Job job,
                 std::string owner, std::chrono::milliseconds length, Now now)
    : database_(&database),
      renewing_(std::move(renewing)),
      job_(job),
      owner_(std::move(owner)),
      length_(length),
      now_(std::move(now)),
      thread_([this] { renew_while_alive(); }) {}

HeldJob::~HeldJob() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  ending_.notify_one();
  thread_.join();
}

Result<void> HeldJob::keep(const Work& work) {
  return database_->transaction([&]() -> Result<void> {
    TRY_ASSIGN(const bool is_ours, store::Jobs(*database_).renew(job_.id, owner_, now_(), length_));
    if (is_ours) return work();
    lost_ = true;
    return {};
  });
}

Result<void> HeldJob::finish(const Work& work) {
  return end(work, [&] { return store::Jobs(*database_).finish(job_.id, owner_); });
}

Result<void> HeldJob::give_back(Time not_before, const Work& work) {
  return end(work, [&] { return store::Jobs(*database_).give_back(job_.id, owner_, not_before); });
}

Result<void> HeldJob::end(const Work& work, const Work& end) {
  return keep([&]() -> Result<void> {
    ended_ = true;
    TRY(work());
    return end();
  });
}

void HeldJob::renew_while_alive() {
  const auto rest = std::min(longest_rest, length_ / 4);
  std::unique_lock lock(mutex_);
  while (!ending_.wait_for(lock, rest, [this] { return ends_; })) {
    const auto renewed = store::Jobs(renewing_).renew(job_.id, owner_, now_(), length_);
    // A store that cannot be written for a moment takes nothing away.
    if (renewed && !*renewed && !ended_) lost_ = true;
  }
}

}  // namespace oxbow::bot
