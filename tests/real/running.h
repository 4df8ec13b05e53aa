#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/real/world.h"

namespace oxbow::real {

/// How long something is waited for that must come: much longer than it takes on any machine, and
/// much less than the slow build.
inline constexpr std::chrono::seconds longest{300};

/// Running is a run of oxbow beside us. What lives of it is killed with this object.
class Running {
 public:
  explicit Running(const Texts& arguments);
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  pid_t process() const { return process_; }
  void signal(int number) const;
  bool has_ended();

  /// Waits for its end, which must come. A code above 128 is of a run that a signal ended.
  Ended end();

  /// What it left where temporary files belong.
  Texts temporary_files() const;

 private:
  ScratchFolder folder_;
  pid_t process_ = -1;
  std::optional<int> code_;
};

/// Thirteen small packages in diamonds, of which the last stands on all others: each looks whether
/// what it stands on is there and leaves some files. A change that adds all but the first.
class SmallCone : public Overlay {
 public:
  SmallCone();

  static constexpr std::size_t size = 12;

  /// Changes one package that the change has added.
  void touch(const std::string& name) const;

  Texts check(const Cache& cache, const std::string& sandbox) const;

 private:
  void write(const std::string& name, int revision) const;
};

/// A change that adds one package, whose build takes an hour.
class SlowBuild : public Overlay {
 public:
  SlowBuild();

  Texts check(const Cache& cache, const std::string& sandbox) const;

  /// Waits until it is being built.
  static void await(const Cache& cache, Running& run);
};

/// When each layer of the cache was made, by key. Each must be whole.
std::map<std::string, double> whole_layers(const Cache& cache);

/// The names below a cache's platform that begin so.
Texts names_with(const Cache& cache, std::string_view prefix);

/// What is wrong in a cache when nobody uses it: layers that are broken, locks that are held.
Texts wrong_in(const Cache& cache);

/// What left_over() says but for control groups, as soon as that is nothing: at the latest after
/// `longest`.
Texts left_alive(const std::filesystem::path& cache);

/// The processes of `oxbow build-layer` on a cache.
std::vector<pid_t> builders(const std::filesystem::path& cache);

}  // namespace oxbow::real
