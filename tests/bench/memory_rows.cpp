#include "tests/bench/memory_rows.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

#include "job/state.h"
#include "tests/bench/measure.h"

namespace oxbow::bench {
namespace {

constexpr std::size_t package_count = 33'000;
constexpr std::size_t rewritten_count = 15'700;
constexpr long required = 500;  // MiB
constexpr long aim = 250;
constexpr const char* old_state = "refs/bench/old";
constexpr const char* touched_state = "refs/bench/touched";
constexpr const char* rewritten_state = "refs/bench/rewritten";

struct File {
  std::string path;
  std::string text;
};

/// Writes commits by `git fast-import`.
class Import {
 public:
  explicit Import(const std::string& repository)
      : pipe_(::popen(("git -C '" + repository + "' fast-import --quiet --force").c_str(), "w")) {
    if (pipe_ == nullptr) give_up("git fast-import does not start");
  }
  Import(const Import&) = delete;
  Import& operator=(const Import&) = delete;
  ~Import() {
    if (::pclose(pipe_) != 0) give_up("git fast-import failed");
  }

  void begin(const std::string& ref, const std::string& parent) {
    fmt::print(pipe_,
               "commit {}\ncommitter Bench <bench@example.org> 1780000000 +0000\n"
               "data 1\nx\nfrom {}\n",
               ref, parent);
  }

  void file(const File& file, const std::string& added) {
    fmt::print(pipe_, "M 100644 inline {}\ndata {}\n{}{}\n", file.path,
               file.text.size() + added.size(), file.text, added);
  }

 private:
  FILE* pipe_;
};

std::string path_of(const opam::PackageId& id, const std::string& suffix) {
  return fmt::format("packages/{0}/{0}.{1}{2}/opam", id.name, id.version, suffix);
}

/// Versions that main does not have are some of its own under further numbers; no two texts are
/// alike.
void make_old_states(const std::string& repository) {
  job::NoProgress progress;
  job::RepositoryOpener opener({}, progress);
  job::StateLoader loader(progress);
  const auto state = value_of(loader.load(
      {value_of(opener.open_state({repository, "main", std::nullopt}))}, repo::Trust::merged));
  const auto& known = state->stack().packages;
  const repo::TreeSource& source = *state->trees().front().source;
  std::vector<File> files;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const repo::ObjectId& blob = state->stack().origins[i].entry->opam;
    files.push_back({path_of(known[i].id, ""), value_of(source.read(blob, repo::unlimited))});
  }
  Import import(repository);
  import.begin(old_state, "refs/heads/main");
  for (std::size_t i = known.size(); i < package_count; ++i) {
    const std::size_t of = i % known.size();
    const std::string path = path_of(known[of].id, fmt::format("~{}", i / known.size()));
    import.file({path, files[of].text}, fmt::format("# {}\n", i));
  }
  import.begin(touched_state, old_state);
  import.file(files.front(), "# touched\n");
  import.begin(rewritten_state, old_state);
  for (std::size_t i = 0; i < rewritten_count; ++i) import.file(files[i], "# rewritten\n");
}

/// In a process of its own.
void make_old_states_apart(const std::string& repository) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    make_old_states(repository);
    ::_exit(0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
    give_up("the old states could not be made");
  }
}

}  // namespace

bool memory_rows(const std::string& program, const std::string& repository,
                 const std::string& change, const std::string& compiler) {
  make_old_states_apart(repository);
  fmt::print("\n| plan, whole process | memory | required | aim | |\n|---|---|---|---|---|\n");
  bool kept = true;
  const auto row = [&](const std::string& what, const std::string& planned) {
    const long memory = run_program({program, "plan", "--repo", repository + "#" + planned,
                                     "--compiler", compiler, "--scope", "stack", "--json"});
    kept = kept && memory <= required;
    fmt::print("| {} | {} MiB | ≤ {} MiB | ≤ {} MiB | {} |\n", what, memory, required, aim,
               memory <= aim        ? "aim"
               : memory <= required ? "ok"
                                    : "MISSED");
    std::fflush(stdout);
  };
  row("a pull request, merge included", change);
  row(fmt::format("one file changed among {} packages", package_count),
      fmt::format("{}..{}", old_state, touched_state));
  row(fmt::format("{} files changed among {} packages", rewritten_count, package_count),
      fmt::format("{}..{}", old_state, rewritten_state));
  return kept;
}

}  // namespace oxbow::bench
