#include "bot/held_job.h"

#include <algorithm>
#include <utility>

namespace oxbow::bot {
namespace {

// A run that is cancelled should stop soon.
constexpr std::chrono::milliseconds longest_rest{500};

}  // namespace

HeldJob::HeldJob(store::Database database, store::JobId job, std::string owner,
                 std::chrono::milliseconds length, Now now)
    : database_(std::move(database)),
      job_(job),
      owner_(std::move(owner)),
      length_(length),
      now_(std::move(now)),
      thread_([this] { work(); }) {}

HeldJob::~HeldJob() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  ending_.notify_one();
  thread_.join();
}

void HeldJob::work() {
  const auto rest = std::min(longest_rest, length_ / 4);
  std::unique_lock lock(mutex_);
  while (!ending_.wait_for(lock, rest, [this] { return ends_; })) {
    const auto renewed = store::Jobs(database_).renew(job_, owner_, now_(), length_);
    // A store that cannot be written for a moment takes nothing away.
    if (renewed && !*renewed) lost_ = true;
  }
}

}  // namespace oxbow::bot
