#include "tests/real/running.h"

#include <signal.h>

#include <algorithm>
#include <thread>

#include "base/file_lock.h"

namespace oxbow::real {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::vector<char*> pointers(Texts& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What each package of the cone stands on.
const std::map<std::string, Texts> cone = {
    {"a", {}},         {"b", {}},         {"c", {"a"}},      {"d", {"a", "b"}},
    {"e", {"b"}},      {"f", {"c", "d"}}, {"g", {"d", "e"}}, {"h", {"f"}},
    {"i", {"f", "g"}}, {"j", {"g"}},      {"k", {"h", "i"}}, {"l", {"i", "j", "k"}}};

Texts check_in(const Cache& cache, const std::string& sandbox) {
  return {"check", "--cache", cache.path().string(), "--sandbox", sandbox, "-j", "2", "--json"};
}

}  // namespace

Running::Running(const Texts& arguments) {
  fs::create_directory(folder_ / "tmp");
  const std::string out = folder_ / "out";
  const std::string err = folder_ / "err";
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), flags, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), flags, 0644);
  Texts words = {OXBOW_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const char* const path = std::getenv("PATH");
  Texts settings = {"HOME=" + folder_.path().string(), "LC_ALL=C",
                    "TMPDIR=" + (folder_ / "tmp").string(),
                    "PATH=" + std::string(path != nullptr ? path : "/usr/bin:/bin")};
  const int failed = ::posix_spawn(&process_, OXBOW_PROGRAM, &actions, nullptr,
                                   pointers(words).data(), pointers(settings).data());
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE(failed == 0);
}

Running::~Running() {
  if (has_ended()) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void Running::signal(int number) const {
  if (!code_) ::kill(process_, number);
}

bool Running::has_ended() {
  int status = 0;
  if (!code_ && ::waitpid(process_, &status, WNOHANG) == process_) {
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return code_.has_value();
}

Ended Running::end() {
  const auto deadline = steady_clock::now() + longest;
  while (!has_ended() && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(2));
  }
  INFO("still running: " << content(folder_ / "err"));
  REQUIRE(has_ended());
  return {content(folder_ / "out"), content(folder_ / "err"), *code_};
}

Texts Running::temporary_files() const {
  Texts names;
  for (const auto& entry : fs::directory_iterator(folder_ / "tmp")) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

SmallCone::SmallCone() : Overlay(Begin::empty) {
  package("anchor.1");
  propose();
  for (const auto& [name, below] : cone) write(name, 1);
  commit("change");
}

void SmallCone::touch(const std::string& name) const {
  write(name, 2);
  commit("touch");
}

void SmallCone::write(const std::string& name, int revision) const {
  std::string depends;
  std::string look = "true";
  for (const std::string& below : cone.at(name)) {
    depends += " \"" + below + "\"";
    look += " && test -f %{lib}%/" + below + "/40";
  }
  const int hundredths = 5 + (name.front() - 'a');
  const std::string sleep =
      std::string("0.") + (hundredths < 10 ? "0" : "") + std::to_string(hundredths);
  package(name + ".1", "depends: [" + depends + " ]\nbuild: [\"sh\" \"-c\" \"" + look +
                           " && echo revision " + std::to_string(revision) + " && sleep " + sleep +
                           "\"]\ninstall: [\"sh\" \"-c\" \"mkdir -p %{lib}%/" + name +
                           " && for i in $(seq 40); do echo $i > %{lib}%/" + name +
                           "/$i; done\"]\n");
}

Texts SmallCone::check(const Cache& cache, const std::string& sandbox) const {
  return arguments(check_in(cache, sandbox));
}

SlowBuild::SlowBuild() : Overlay(Begin::empty) {
  package("anchor.1");
  propose();
  package("slow.1", "build: [\"sh\" \"-c\" \"echo asleep; sleep 3600\"]\n");
}

Texts SlowBuild::check(const Cache& cache, const std::string& sandbox) const {
  return arguments(check_in(cache, sandbox));
}

void SlowBuild::await(const Cache& cache, Running& run) {
  for (;;) {
    REQUIRE_FALSE(run.has_ended());
    const Texts drafts = names_with(cache, ".draft-");
    if (!drafts.empty() &&
        content(cache.layers() / drafts.front() / "build.log").contains("- asleep")) {
      return;
    }
    std::this_thread::sleep_for(milliseconds(5));
  }
}

std::map<std::string, double> whole_layers(const Cache& cache) {
  std::map<std::string, double> made;
  for (const std::string& key : cache.keys()) {
    INFO(key);
    const std::string record = content(cache.layers() / key / "layer.json");
    REQUIRE_FALSE(record.empty());
    made[key] = e2e::json(record)["created"].GetDouble();
  }
  return made;
}

Texts names_with(const Cache& cache, std::string_view prefix) {
  Texts names;
  for (const auto& entry : fs::directory_iterator(cache.layers())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix)) names.push_back(name);
  }
  return names;
}

Texts wrong_in(const Cache& cache) {
  Texts wrong;
  const Ended verified =
      e2e::Program().run({"cache", "verify", "--cache", cache.path().string(), "--json"});
  const auto document = e2e::json(verified.out);
  for (const auto& platform : document["platforms"].GetArray()) {
    for (const auto& broken : platform["broken"].GetArray()) {
      wrong.push_back(std::string("broken: ") + broken["why"].GetString());
    }
  }
  for (const auto& entry : fs::directory_iterator(cache.layers())) {
    const std::string name = entry.path().filename().string();
    const bool locks = name.ends_with(".lock") || name.starts_with(".lease-");
    if (locks && FileLock::is_held(entry.path())) wrong.push_back("held: " + name);
    if (name.starts_with(".broken-")) wrong.push_back(name);
  }
  return wrong;
}

Texts left_alive(const fs::path& cache) {
  const auto deadline = steady_clock::now() + longest;
  for (;;) {
    Texts left = left_over(cache);
    std::erase_if(left, [](const std::string& what) { return what.starts_with("/sys/fs/cgroup"); });
    if (left.empty() || steady_clock::now() > deadline) return left;
    std::this_thread::sleep_for(milliseconds(10));
  }
}

std::vector<pid_t> builders(const fs::path& cache) {
  std::vector<pid_t> found;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) continue;
    const std::string command = content(entry.path() / "cmdline");
    if (command.contains("build-layer") && command.contains(cache.string())) {
      found.push_back(std::stoi(name));
    }
  }
  return found;
}

}  // namespace oxbow::real
