#include "tests/bench/layer_rows.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grp.h>
#include <rapidjson/document.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "base/file.h"
#include "base/tree_removal.h"
#include "cache/build_times.h"
#include "cache/store.h"
#include "layer/build_root.h"
#include "layer/opam_run.h"
#include "layer/task.h"
#include "opam/chosen_definition.h"
#include "opam/definition.h"
#include "sandbox/mounts.h"

namespace oxbow {
namespace {

namespace fs = std::filesystem;

using namespace oxbow::cache;
using namespace oxbow::layer;
using namespace oxbow::sandbox;
using Words = std::vector<std::string>;

constexpr const char* platform = "debian-12-x86_64";
constexpr uid_t opam_user = 1000;

[[noreturn]] void give_up(const std::string& message) {
  fmt::print(stderr, "oxbow_build_bench: {}\n", message);
  std::exit(2);
}

template <typename T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// In milliseconds.
double time_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

double median(std::vector<double> times) {
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// Runs a program with what it prints put into `out`, after the child did `first`; its exit code.
int run(const Words& words, const fs::path& out, const std::function<bool()>& first = {},
        const Words& environment = {}) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> settings;
  for (const std::string& each : environment) settings.push_back(const_cast<char*>(each.c_str()));
  settings.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const int printed = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(printed, STDOUT_FILENO);
    if (first && (::dup2(printed, STDERR_FILENO) < 0 || !first())) ::_exit(126);
    if (environment.empty()) ::execvp(arguments[0], arguments.data());
    ::execvpe(arguments[0], arguments.data(), settings.data());
    ::_exit(127);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
    give_up(words.front() + " did not end by itself");
  }
  return WEXITSTATUS(status);
}

void run_well(const Words& words, const fs::path& out) {
  if (const int code = run(words, out); code != 0) {
    const auto printed = read_file(out);
    give_up(fmt::format("'{}' ended with {}: {}", fmt::join(words, " "), code,
                        printed ? *printed : ""));
  }
}

void write(const fs::path& file, std::string_view text) {
  fs::create_directories(file.parent_path());
  value_of(write_file(file, text));
}

void bind_mount(const fs::path& source, const fs::path& at) {
  if (::mount(source.c_str(), at.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    give_up("cannot mount at " + at.string());
  }
}

class LayerBench {
 public:
  LayerBench(std::string program, const fs::path& world)
      : program_(fs::absolute(program)), world_(fs::absolute(world)) {
    std::string pattern = fs::temp_directory_path() / "oxbow-bench-XXXXXX";
    // The user opam gets to its root through it.
    if (::mkdtemp(pattern.data()) == nullptr || ::chmod(pattern.c_str(), 0755) != 0) {
      give_up("no scratch folder");
    }
    folder_ = pattern;
    output_ = folder_ / "output";
  }
  LayerBench(const LayerBench&) = delete;
  LayerBench& operator=(const LayerBench&) = delete;
  ~LayerBench() {
    static_cast<void>(remove_tree(folder_));  // which enters no mount, should one be left
  }

  bool run_all() {
    const bool is_root = ::geteuid() == 0;
    const bool has_base = is_root && fs::exists(world_ / "cache" / platform / "base/fs");
    std::vector<LayerName> below;
    if (has_base) {
      below = small_layers();
      measure_divisors(below);
    }
    fmt::print("\n| what | time | ÷ {} | required | aim | |\n|---|---|---|---|---|---|\n",
               has_base ? fmt::format("runc's own run ({:.0f} ms) / opam's own run ({:.0f} ms)",
                                      runc_, opam_)
                        : "runc's own run / opam's own run");
    if (is_root) {
      mount_layers();
    } else {
      skip("mounting 100 layers", "it needs root");
    }
    if (has_base) {
      steps(below);
    } else {
      skip("a step beyond opam's own run",
           is_root ? "there is no base layer; run tests/world/prepare" : "it needs root");
    }
    cached_check();
    expected_times();
    for (const std::string& note : notes_) fmt::print("\n{}\n", note);
    std::fflush(stdout);
    return kept_;
  }

 private:
  void row(std::string_view what, double time, double required, double aim) {
    kept_ = kept_ && time <= required;
    const std::string wanted = aim < required ? fmt::format("≤ {} ms", aim) : "";
    const char* const verdict =
        time > required ? "MISSED" : (aim < required && time <= aim ? "aim" : "ok");
    const std::string ratios =
        opam_ > 0 ? fmt::format("{:.3f} / {:.3f}", time / runc_, time / opam_) : "";
    fmt::print("| {} | {:.{}f} ms | {} | ≤ {} ms | {} | {} |\n", what, time, time < 20 ? 1 : 0,
               ratios, required, wanted, verdict);
    std::fflush(stdout);
  }

  void skip(std::string_view what, std::string_view why) {
    fmt::print("| {} | | | | | SKIPPED |\n", what);
    notes_.push_back(fmt::format("SKIPPED, not measured: {}: {}.", what, why));
  }

  void mount_layers() {
    constexpr std::size_t count = 100;
    constexpr int files = 30;
    Overlay overlay;
    for (std::size_t i = 0; i < count; ++i) {
      const fs::path layer = folder_ / "layers" / std::to_string(i);
      for (int file = 0; file < files; ++file) {
        write(layer / fmt::format("home/opam/.opam/default/{}/p{}/{}", file % 3, i, file), "text");
      }
      overlay.lowers.push_back(layer);
    }
    const fs::path memory = folder_ / "memory";
    fs::create_directory(memory);
    value_of(mount_memory(memory, std::uint64_t{1} << 20));
    overlay.upper = memory / "upper";
    overlay.work = memory / "work";
    overlay.at = memory / "at";
    overlay.scratch = memory / "scratch";
    for (const fs::path& folder : {overlay.upper, overlay.work, overlay.at, overlay.scratch}) {
      fs::create_directory(folder);
    }
    std::vector<double> times;
    for (int i = 0; i < 20; ++i) {
      times.push_back(time_of([&] { value_of(mount_overlay(overlay)); }));
      if (!fs::exists(overlay.at / "home/opam/.opam/default/0/p99/0"))
        give_up("layer 99 is unseen");
      value_of(unmount(overlay.at));
      fs::remove_all(overlay.scratch / "links");
    }
    value_of(unmount(memory));
    std::vector<double> copies;
    for (int i = 0; i < 5; ++i) {
      const fs::path to = folder_ / "copy";
      copies.push_back(time_of([&] {
        for (const fs::path& layer : overlay.lowers) {
          run_well({"cp", "--archive", "--link", "--no-target-directory", layer, to}, output_);
        }
      }));
      fs::remove_all(to);
    }
    row("mounting 100 layers", median(times), 10, 10);
    notes_.push_back(
        fmt::format("Copying hard links of the same layers, {} files each, as day10 does: {:.0f} "
                    "ms, {:.0f} × as long.",
                    files, median(copies), median(copies) / median(times)));
  }

  /// A package that does nothing, above `below`.
  Recipe tiny(const std::string& name, const std::vector<LayerName>& below) const {
    Recipe spec;
    spec.platform = platform;
    spec.package = {name, "1"};
    spec.key = "bench-" + name;
    spec.opam = "opam-version: \"2.0\"\nbuild: [\"true\"]\n";
    spec.deps = spec.below = below;
    return spec;
  }

  void build(const Recipe& spec, const std::string& sandbox) {
    const fs::path file = folder_ / "spec.json";
    write(file, to_json(Task{spec, {}}));
    run_well({program_, "build-layer", "--json", "--cache", cache(), "--sandbox", sandbox, "--spec",
              file},
             output_);
  }

  struct OwnRuns {
    double opam = 0;  ///< by itself, on the root that a step has, without a sandbox
    double runc = 0;  ///< of a program that does nothing, on the same root
  };

  OwnRuns own_runs(const Recipe& spec) {
    const auto definition = opam::Definition::parse(spec.opam);
    if (!definition) give_up(definition.error().message);
    std::vector<opam::PackageId> deps;
    BuildRootParts parts;
    for (const LayerName& layer : spec.below) {
      deps.push_back(layer.package);
      parts.lowers.push_back(cache() / platform / layer.key / "fs");
    }
    parts.lowers.push_back(cache() / platform / "base/fs");
    parts.sources = cache() / "sources";
    parts.at = folder_ / "root";
    fs::create_directory(parts.at);
    const BuildRoot root = value_of(
        BuildRoot::mount(spec, opam::chosen_definition(**definition, deps, {}), parts, Limits()));
    const SandboxRequest request = opam_install(root.request(Limits()), spec.package, 1);
    OwnRuns times;
    times.runc = runc_alone(request.root);
    times.opam = opam_alone(request);
    const fs::path state = root.upper() / "home/opam/.opam/default/.opam-switch";
    if (!fs::exists(state / "packages" / spec.package.to_string())) give_up("opam did nothing");
    return times;
  }

  double runc_alone(const fs::path& root) {
    const fs::path bundle = folder_ / "bundle";
    write(bundle / "config.json",
          fmt::format(R"({{"ociVersion":"1.0.2","root":{{"path":"{}"}},"process":{{"cwd":"/",)"
                      R"("user":{{"uid":0,"gid":0}},"args":["/bin/true"],"env":["PATH=/bin"]}},)"
                      R"("mounts":[{{"type":"proc","source":"proc","destination":"/proc"}}],)"
                      R"("linux":{{"namespaces":[{{"type":"pid"}},{{"type":"mount"}}]}}}})",
                      root.string()));
    return time_of([&] {
      run_well({"runc", "--root", folder_ / "runc", "run", "--bundle", bundle, "bench"}, output_);
    });
  }

  double opam_alone(const SandboxRequest& request) {
    for (const Bind& bind : request.binds) {
      bind_mount(bind.source, request.root / bind.target.substr(1));
    }
    bind_mount("/proc", request.root / "proc");
    bind_mount("/dev", request.root / "dev");
    const auto enter = [&] {
      return ::chroot(request.root.c_str()) == 0 && ::chdir(request.directory.c_str()) == 0 &&
             ::setgroups(0, nullptr) == 0 && ::setresgid(opam_user, opam_user, opam_user) == 0 &&
             ::setresuid(opam_user, opam_user, opam_user) == 0;
    };
    return time_of([&] {
      if (run(request.arguments, output_, enter, request.environment) != 0) {
        give_up("opam failed: " + value_of(read_file(output_)));
      }
    });
  }

  std::vector<LayerName> small_layers() {
    fs::create_directories(cache() / platform);
    fs::create_directories(cache() / "sources");
    fs::create_directory_symlink(world_ / "cache" / platform / "base", cache() / platform / "base");
    std::vector<LayerName> layers;
    for (int i = 0; i < 10; ++i) {
      const Recipe spec = tiny(fmt::format("below{}", i), {});
      build(spec, "bwrap");
      layers.push_back({spec.package, spec.key});
    }
    return layers;
  }

  /// What every row is divided by, so that machines of different speed can be compared.
  void measure_divisors(const std::vector<LayerName>& below) {
    std::vector<double> opam;
    std::vector<double> runc;
    for (int i = 0; i < 5; ++i) {
      const OwnRuns own = own_runs(tiny("tiny", below));
      opam.push_back(own.opam);
      runc.push_back(own.runc);
    }
    opam_ = median(opam);
    runc_ = median(runc);
  }

  void steps(const std::vector<LayerName>& below) {
    // One after the other, so that what else goes on meets all alike.
    constexpr int runs = 15;
    std::vector<double> alone;
    std::vector<double> by_runc;
    std::vector<double> by_bwrap;
    for (int i = 0; i < runs; ++i) {
      alone.push_back(own_runs(tiny("tiny", below)).opam);
      by_runc.push_back(
          time_of([&] { build(tiny(fmt::format("tiny-runc{}", i), below), "runc"); }));
      by_bwrap.push_back(
          time_of([&] { build(tiny(fmt::format("tiny-bwrap{}", i), below), "bwrap"); }));
    }
    row("a step beyond opam's own run, runc", median(by_runc) - median(alone), 150, 60);
    row("a step beyond opam's own run, bwrap", median(by_bwrap) - median(alone), 150, 60);
    notes_.push_back(
        fmt::format("opam's own run of a package that does nothing, above 10 layers: {:.0f} ms; "
                    "the whole step {:.0f} ms by runc, {:.0f} ms by bwrap.",
                    median(alone), median(by_runc), median(by_bwrap)));
  }

  /// Above a package that changes, others that each need some of those before them.
  void write_overlay(const fs::path& overlay, int count) const {
    const auto package = [&](int i, const std::string& depends, std::string_view build) {
      write(overlay / fmt::format("packages/p{0}/p{0}.1/opam", i),
            fmt::format("opam-version: \"2.0\"\ndepends: [{}]\nbuild: [\"{}\"]\n", depends, build));
    };
    const auto git = [&](const Words& more) {
      Words words = {
          "git", "-C", overlay, "-c", "user.name=Bench", "-c", "user.email=bench@example.org"};
      words.insert(words.end(), more.begin(), more.end());
      run_well(words, output_);
    };
    package(0, "\"ocaml\"", "true");
    for (int i = 1; i < count; ++i) {
      package(i, fmt::format("\"ocaml\" \"p{}\" \"p{}\" \"p{}\"", i / 2, i * 2 / 3, i * 9 / 10),
              "true");
    }
    git({"init", "-q", "-b", "main"});
    git({"add", "--all"});
    git({"commit", "-q", "-m", "base"});
    git({"checkout", "-q", "-b", "change"});
    package(0, "\"ocaml\"", ":");
    git({"commit", "-q", "-a", "-m", "change"});
  }

  void cached_check() {
    constexpr int count = 500;
    const fs::path overlay = folder_ / "overlay";
    const fs::path at = folder_ / "checked";
    write_overlay(overlay, count);
    fs::create_directories(at / platform / "base/fs");
    const Words check = {program_,     "check",
                         "--repo",     overlay.string() + "#main..change",
                         "--repo",     OXBOW_TEST_DATA "/world",
                         "--compiler", "ocaml-system.4.13.1",
                         "--platform", platform,
                         "--cache",    at,
                         "--json"};
    Words nothing = check;
    nothing.insert(nothing.end(), {"--limit", "0"});
    run(nothing, output_);  // 2: nothing was built
    rapidjson::Document told;
    told.Parse(value_of(read_file(output_)).c_str());
    if (told.HasParseError()) give_up("'check --limit 0' printed no JSON");
    const LayerStore store(at, platform);
    int in_cone = 0;
    for (const auto& layer : told["targets"][0]["layers"].GetArray()) {
      LayerRecord record;
      record.package = *opam::parse_package_id(layer["package"].GetString());
      record.seconds = 1;
      const std::string key = layer["key"].GetString();
      Draft draft = value_of(store.begin(key));
      fs::create_directory(draft.folder() / "fs");
      value_of(store.commit(std::move(draft), key, record));
      if (layer["in_cone"].GetBool()) ++in_cone;
    }
    if (in_cone != count) give_up(fmt::format("the cone has {} layers", in_cone));
    std::vector<double> times;
    for (int i = 0; i < 5; ++i) times.push_back(time_of([&] { run_well(check, output_); }));
    row(fmt::format("a check of {} steps that are all cached, whole process", count), median(times),
        1000, 1000);
  }

  /// What a check asks of the cache for how long its builds will take.
  void expected_times() {
    constexpr int count = 20'000;
    constexpr int names = 5'000;
    const LayerStore store(folder_ / "large", platform);
    for (int i = 0; i < count; ++i) {
      const fs::path layer = store.path(fmt::format("layer{}", i));
      fs::create_directories(layer);
      std::ofstream(layer / "layer.json") << "{}";
    }
    const BuildTimes times(store.folder());
    for (int i = 0; i < count; ++i) {
      value_of(times.add({fmt::format("package{}", i % names), "1.0"}, 1 + i));
    }
    std::vector<double> taken;
    for (int i = 0; i < 20; ++i) {
      taken.push_back(time_of([&] {
        if (times.last().size() != names) give_up("the cache lost build times");
      }));
    }
    row(fmt::format("expected times, from a cache of {} layers", count), median(taken), 20, 10);
  }

  fs::path cache() const { return folder_ / "cache"; }

  std::string program_;
  fs::path world_;
  fs::path folder_;
  fs::path output_;
  Words notes_;
  double runc_ = 0;  ///< OwnRuns, in milliseconds
  double opam_ = 0;
  bool kept_ = true;
};

}  // namespace

bool layer_rows(const std::string& program, const std::string& world) {
  return LayerBench(program, world).run_all();
}

}  // namespace oxbow
