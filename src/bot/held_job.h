#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "bot/settings.h"
#include "store/jobs.h"

namespace oxbow::bot {

/// HeldJob renews the lease of a job, on a thread and a connection of its own, while it lives. The
/// job is lost when its run was cancelled, or another has it: what is then done for it counts for
/// nothing. Any thread may ask.
class HeldJob {
 public:
  HeldJob(store::Database database, store::JobId job, std::string owner,
          std::chrono::milliseconds length, Now now);
  HeldJob(const HeldJob&) = delete;
  HeldJob& operator=(const HeldJob&) = delete;
  ~HeldJob();

  bool is_lost() const { return lost_; }

 private:
  void work();

  store::Database database_;
  store::JobId job_;
  std::string owner_;
  std::chrono::milliseconds length_;
  Now now_;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace oxbow::bot
