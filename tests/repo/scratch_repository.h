#pragma once

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "repo/object_id.h"
#include "tests/scratch_folder.h"

namespace oxbow::repo {

inline void write_file(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// ScratchRepository is a git repository with a work tree, driven by the git program, which finds
/// no configuration but the repository's own.
class ScratchRepository {
 public:
  ScratchRepository() : ScratchRepository("repository") {}
  explicit ScratchRepository(std::string_view name) : path_(folder_ / name) {
    std::filesystem::create_directories(path_);
    git({"init", "-q", "-b", "main"});
  }

  const std::filesystem::path& path() const { return path_; }
  const ScratchFolder& folder() const { return folder_; }

  void write(std::string_view path, std::string_view content) const {
    write_file(path_ / path, content);
  }
  void remove(std::string_view path) const { std::filesystem::remove_all(path_ / path); }

  /// Commits all of the work tree to the current branch.
  ObjectId commit(std::string_view message = "change") const {
    git({"add", "-A"});
    git({"commit", "-q", "--allow-empty", "-m", std::string(message)});
    return id("HEAD");
  }

  ObjectId id(std::string_view revision) const {
    const auto parsed = ObjectId::from_hex(git({"rev-parse", std::string(revision)}));
    REQUIRE(parsed);
    return *parsed;
  }

  /// What `git ARGUMENTS` prints, without the last newline. It must succeed.
  std::string git(const std::vector<std::string>& arguments) const {
    const std::filesystem::path output = folder_ / "git-output";
    std::vector<std::string> words = {"git", "-C", path_.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const int status = run(words, output);
    std::ifstream file(output, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    INFO("git " << arguments.front() << ": " << text);
    REQUIRE(status == 0);
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

 private:
  static int run(std::vector<std::string>& words, const std::filesystem::path& output) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::vector<std::string> settings = {"HOME=/nonexistent",
                                         "GIT_CONFIG_NOSYSTEM=1",
                                         "GIT_AUTHOR_NAME=Test",
                                         "GIT_AUTHOR_EMAIL=test@example.org",
                                         "GIT_COMMITTER_NAME=Test",
                                         "GIT_COMMITTER_EMAIL=test@example.org",
                                         "GIT_AUTHOR_DATE=1700000000",
                                         "GIT_COMMITTER_DATE=1700000000",
                                         "LC_ALL=C"};
    const char* const path = std::getenv("PATH");
    settings.push_back(std::string("PATH=") + (path != nullptr ? path : "/usr/bin:/bin"));
    std::vector<char*> environment;
    for (std::string& setting : settings) environment.push_back(setting.data());
    environment.push_back(nullptr);

    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0644);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = 0;
    const int spawned =
        ::posix_spawnp(&child, "git", &actions, nullptr, argv.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (spawned != 0) return -1;
    int status = 0;
    return ::waitpid(child, &status, 0) == child ? status : -1;
  }

  ScratchFolder folder_;
  std::filesystem::path path_;
};

}  // namespace oxbow::repo
