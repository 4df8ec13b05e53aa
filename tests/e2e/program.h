#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/repo/scratch_repository.h"

namespace oxbow::e2e {

/// What a run of a program came to.
struct Ended {
  std::string out;
  std::string err;
  int code = -1;  ///< -1 if it did not end by itself
};

/// What a run may have otherwise than usual.
struct Around {
  std::filesystem::path folder = "/";  ///< to run in
  std::filesystem::path out = {};      ///< a file or device to write to; `Ended::out` stays empty
  int out_descriptor = -1;             ///< or this, already open
  std::vector<std::string> settings = {};  ///< NAME=VALUE of the environment, besides PATH and HOME
};

/// Runs a program until it ends. HOME is `home`; of our own environment it gets PATH alone. A run
/// that takes too long is ended, and fails the test, as one does that a signal ends.
Ended run(const std::vector<std::string>& words, const std::filesystem::path& home,
          const Around& around = {});

/// Program is the oxbow that was built, with a home folder of its own.
class Program {
 public:
  Ended run(std::vector<std::string> arguments, const Around& around = {}) const;

  /// Of a run that must do what was asked, and say nothing else: what it prints.
  std::string answer(const std::vector<std::string>& arguments, const Around& around = {}) const;

  /// Of a run that must not be able to: its one line of error, without "oxbow: " and the newline.
  std::string error(const std::vector<std::string>& arguments, const Around& around = {}) const;

  const std::filesystem::path& home() const { return home_.path(); }

 private:
  ScratchFolder home_;
};

}  // namespace oxbow::e2e
