#pragma once

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/store.h"
#include "tests/scratch_folder.h"

namespace oxbow::cache {

inline void write(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline LayerRecord record_of(std::string name,
                             verdict::Outcome outcome = verdict::Outcome::success) {
  LayerRecord record;
  record.package = {std::move(name), "1.0"};
  record.outcome = outcome;
  record.exit_status = outcome == verdict::Outcome::success ? 0 : 1;
  record.created = 1700000000;
  return record;
}

/// What begins a layer, fills its fs and makes it the layer `key`.
inline Result<void> commit_layer(const LayerStore& store, const std::string& key,
                                 const LayerRecord& record, std::string_view content = "content") {
  auto draft = store.begin(key);
  if (!draft) return std::unexpected(draft.error());
  write(draft->folder() / "fs/bin/tool", content);
  write(draft->folder() / "build.log", "made\n");
  return store.commit(*std::move(draft), key, record);
}

/// A cache of its own for one test, removed at its end.
class ScratchCache {
 public:
  const std::filesystem::path& path() const { return folder_.path(); }

  void layer(const std::string& key, std::string_view content = "content") const {
    const auto done = commit_layer(store, key, record_of("p" + key), content);
    INFO((done ? "" : done.error().message));
    REQUIRE(done);
  }

  /// Makes it seem that something in the platform's folder was last modified so long ago.
  void used(const std::string& name, std::chrono::hours ago) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ago).count();
    const std::array<timespec, 2> times = {timespec{0, UTIME_OMIT},
                                           timespec{::time(nullptr) - seconds, 0}};
    REQUIRE(::utimensat(AT_FDCWD, store.path(name).c_str(), times.data(), AT_SYMLINK_NOFOLLOW) ==
            0);
  }

  /// All that the platform's folder holds, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(store.folder())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  ScratchFolder folder_;

 public:
  LayerStore store{folder_.path(), "debian-12-x86_64"};
};

/// OtherProcess does something in a process of its own, and stays there until this object ends.
class OtherProcess {
 public:
  /// `begin` returns something to be kept meanwhile.
  template <typename Begin>
  explicit OtherProcess(const Begin& begin) {
    std::array<int, 2> ready{};
    std::array<int, 2> end{};
    REQUIRE(::pipe(ready.data()) == 0);
    REQUIRE(::pipe(end.data()) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::close(end[1]);
      char byte = '!';
      {
        [[maybe_unused]] const auto kept = begin();
        if (::write(ready[1], &byte, 1) != 1 || ::read(end[0], &byte, 1) != 0) ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(ready[1]);
    ::close(end[0]);
    end_ = end[1];
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() {
    ::close(end_);
    ::waitpid(process_, nullptr, 0);
  }

 private:
  pid_t process_ = -1;
  int end_ = -1;
};

/// What `ask` returns in a process of its own.
template <typename Ask>
std::string answer_elsewhere(const Ask& ask) {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const pid_t process = ::fork();
  if (process == 0) {
    const std::string answer = ask();
    const bool written =
        ::write(pipe[1], answer.data(), answer.size()) == static_cast<ssize_t>(answer.size());
    ::_exit(written ? 0 : 1);
  }
  ::close(pipe[1]);
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(pipe[0], buffer.data(), buffer.size())) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe[0]);
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  INFO("status " << status);
  REQUIRE(status == 0);
  return answer;
}

}  // namespace oxbow::cache
