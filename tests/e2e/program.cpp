#include "tests/e2e/program.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <thread>

namespace oxbow::e2e {
namespace {

namespace fs = std::filesystem;

// Many times what the slowest run takes on a loaded machine.
constexpr std::chrono::seconds longest{600};

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment(const fs::path& home, const Around& around) {
  const char* const path = std::getenv("PATH");
  std::vector<std::string> settings = {
      "HOME=" + home.string(), "LC_ALL=C",
      // For the sanitized build: libgit2's own leaks are known by whole stacks only.
      "ASAN_OPTIONS=fast_unwind_on_malloc=0",
      "LSAN_OPTIONS=print_suppressions=0:suppressions=" OXBOW_TEST_DATA "/libgit2.supp",
      std::string("PATH=") + (path != nullptr ? path : "/usr/bin:/bin")};
  settings.insert(settings.end(), around.settings.begin(), around.settings.end());
  return settings;
}

pid_t start(std::vector<std::string> words, const fs::path& home, const fs::path& out,
            const fs::path& err, const Around& around) {
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, around.folder.c_str());
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  if (around.out_descriptor >= 0) {
    posix_spawn_file_actions_adddup2(&actions, around.out_descriptor, 1);
  } else {
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), flags, 0644);
  }
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), flags, 0644);
  std::vector<std::string> settings = environment(home, around);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, words.front().c_str(), &actions, nullptr,
                                    pointers(words).data(), pointers(settings).data());
  posix_spawn_file_actions_destroy(&actions);
  INFO(words.front() << " cannot be started");
  REQUIRE(failed == 0);
  return child;
}

// The status that waitpid gives; of a run that takes too long, that of being killed.
int wait_for(pid_t child) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return status;
}

}  // namespace

Ended run(const std::vector<std::string>& words, const fs::path& home, const Around& around) {
  const ScratchFolder folder;
  const fs::path out = around.out.empty() ? folder / "out" : around.out;
  const fs::path err = folder / "err";
  const int status = wait_for(start(words, home, out, err, around));
  Ended ended;
  if (around.out.empty() && around.out_descriptor < 0) ended.out = content(out);
  ended.err = content(err);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  std::string command;
  for (const std::string& word : words) command += word + " ";
  INFO(command << "\n" << ended.err);
  if (WIFSIGNALED(status)) FAIL("ended by signal " << WTERMSIG(status));
  REQUIRE(WIFEXITED(status));
  return ended;
}

Ended Program::run(std::vector<std::string> arguments, const Around& around) const {
  arguments.insert(arguments.begin(), OXBOW_PROGRAM);
  return e2e::run(arguments, home(), around);
}

std::string Program::answer(const std::vector<std::string>& arguments, const Around& around) const {
  Ended ended = run(arguments, around);
  INFO(ended.err);
  REQUIRE(ended.code == 0);
  REQUIRE(ended.err.empty());
  return std::move(ended.out);
}

std::string Program::error(const std::vector<std::string>& arguments, const Around& around) const {
  Ended ended = run(arguments, around);
  INFO(ended.out << ended.err);
  REQUIRE(ended.code == 2);
  REQUIRE(ended.out.empty());
  REQUIRE(std::ranges::count(ended.err, '\n') == 1);
  REQUIRE(ended.err.starts_with("oxbow: "));
  REQUIRE(ended.err.ends_with('\n'));
  return ended.err.substr(7, ended.err.size() - 8);
}

}  // namespace oxbow::e2e
