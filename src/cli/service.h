#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/error.h"
#include "base/spawn.h"

namespace oxbow::cli {

/// Service is a program that runs beside this one, with its standard output and error, and is asked
/// to end when this one dies. For one thread.
class Service {
 public:
  /// `name` is what it is called in errors.
  static Result<Service> start(std::string name, const std::vector<std::string>& command);

  Service(Service&& other) noexcept
      : name_(std::move(other.name_)),
        process_(std::exchange(other.process_, -1)),
        handle_(std::move(other.handle_)) {}
  Service& operator=(Service&&) = delete;
  /// Kills it if it still runs.
  ~Service();

  const std::string& name() const { return name_; }
  bool has_ended();
  void ask_to_end() const;
  /// Waits for it to end, and kills it after the deadline.
  void wait(std::chrono::steady_clock::time_point deadline);

 private:
  Service(std::string name, Spawned spawned)
      : name_(std::move(name)), process_(spawned.process), handle_(std::move(spawned.handle)) {}

  bool ends_within(int milliseconds);

  std::string name_;
  pid_t process_;  // negative once it has ended
  Descriptor handle_;
};

}  // namespace oxbow::cli
