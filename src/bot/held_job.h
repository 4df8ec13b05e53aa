#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "bot/settings.h"
#include "store/jobs.h"

namespace oxbow::bot {

/// HeldJob renews the lease of a job, on a thread and a connection of its own, while it lives. The
/// job is lost when its run was cancelled, or another has it: nothing is kept of what is then done
/// for it. Any thread may ask whether it is lost; all else is for the thread of `database`.
class HeldJob {
 public:
  using Work = std::function<Result<void>()>;

  HeldJob(store::Database& database, store::Database renewing, store::Job job, std::string owner,
          std::chrono::milliseconds length, Now now);
  HeldJob(const HeldJob&) = delete;
  HeldJob& operator=(const HeldJob&) = delete;
  ~HeldJob();

  const store::Job& job() const { return job_; }
  bool is_lost() const { return lost_; }

  /// Does `work`, in one transaction, unless the job is lost. Errors: those of `work` and the
  /// store.
  Result<void> keep(const Work& work);

  /// The same, and the job is done with it.
  Result<void> finish(const Work& work);

  /// The same, and the job is to be done again, by whoever comes.
  Result<void> give_back(Time not_before, const Work& work);

 private:
  Result<void> end(const Work& work, const Work& end);
  void renew_while_alive();

  store::Database* database_;
  store::Database renewing_;
  store::Job job_;
  std::string owner_;
  std::chrono::milliseconds length_;
  Now now_;
  std::atomic<bool> lost_ = false;
  std::atomic<bool> ended_ = false;
  std::mutex mutex_;
  std::condition_variable ending_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace oxbow::bot
