#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace oxbow::cli {

/// Service is a program that runs beside this one, with its standard error, and is killed when this
/// one dies. For one thread.
class Service {
 public:
  static Result<Service> start(const std::vector<std::string>& command);

  Service(Service&& other) noexcept
      : name_(std::move(other.name_)), process_(std::exchange(other.process_, 0)) {}
  Service& operator=(Service&&) = delete;
  /// Kills it if it still runs.
  ~Service();

  const std::string& name() const { return name_; }
  bool has_ended();
  void ask_to_end() const;
  /// Waits for it to end, and kills it after the deadline.
  void wait(std::chrono::steady_clock::time_point deadline);

 private:
  Service(std::string name, pid_t process) : name_(std::move(name)), process_(process) {}

  std::string name_;
  pid_t process_;  // 0 once it has ended
};

}  // namespace oxbow::cli
