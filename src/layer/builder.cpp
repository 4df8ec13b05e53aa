#include "layer/builder.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <system_error>
#include <thread>

#include "base/file.h"
#include "base/hash.h"
#include "base/time.h"
#include "cache/layout.h"
#include "opam/chosen_definition.h"
#include "opam/definition.h"

namespace oxbow::layer {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;
using verdict::Outcome;
using verdict::Trouble;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The package as it was given to us, in the layout of a repository.
Result<void> write_package(const fs::path& draft, const Recipe& spec) {
  const fs::path package =
      draft / "opam-repository" / "packages" / spec.package.name / spec.package.to_string();
  auto done = make_folders(package);
  if (done) done = write_file(package / "opam", spec.opam);
  for (const RecipeFile& file : spec.files) {
    const fs::path path = package / "files" / file.path;
    if (done) done = make_folders(path.parent_path());
    if (done) done = write_file(path, file.content);
  }
  if (done) done = write_file(draft / cache::recipe_file, to_json(spec));
  return done;
}

// The name of the layer that holds packages of the system.
std::string system_key(const std::vector<std::string>& packages) {
  std::string text = "oxbow-system-1";
  for (const std::string& package : packages) text += " " + package;
  return "system-" + sha256_hex(text);
}

// The layer's own and of all below it.
std::vector<std::string> keys_of(const Recipe& spec) {
  std::vector<std::string> keys = {spec.key};
  for (const LayerName& layer : spec.below) keys.push_back(layer.key);
  if (!spec.system_packages.empty()) keys.push_back(system_key(spec.system_packages));
  return keys;
}

// Where the layer is there already, what is known of it.
LayerResult result_of(const cache::LayerRecord& record) {
  LayerResult result;
  result.outcome = record.outcome;
  result.message = record.message;
  result.seconds = record.seconds;
  result.found = true;
  return result;
}

}  // namespace

bool is_settled(const cache::LayerRecord& record, const BuildSettings& settings) {
  if (record.outcome == Outcome::success) return true;
  if (settings.rebuild_failed) return false;
  if (record.memory_limit != 0 && record.memory_limit < settings.limits.memory) return false;
  if (record.disk_limit != 0 && record.disk_limit < settings.limits.disk) return false;
  return record.outcome != Outcome::timed_out ||
         record.time_limit >= static_cast<double>(settings.limits.time.count());
}

LayerBuilder::Stop LayerBuilder::stop(Error error) {
  const bool full = error.message.contains("No space left on device");
  return {Outcome::internal_error, full ? Trouble::disk_full : Trouble::sandbox,
          std::move(error.message)};
}

// Waits in a way that an interruption ends.
Result<std::optional<FileLock>> LayerBuilder::lock(const std::string& key,
                                                   cache::LayerStore::Wait wait) const {
  for (;;) {
    auto lock = store_->lock(key, cache::LayerStore::Wait::no);
    if (!lock || *lock || wait == cache::LayerStore::Wait::no) return lock;
    pollfd interruption{process_.interruption, POLLIN, 0};
    if (::poll(&interruption, 1, 20) > 0) return lock;
  }
}

LayerReport LayerBuilder::build(const Recipe& spec) {
  LayerReport report;
  const auto stopped = [&](const Stop& why) {
    report.result.outcome = why.outcome;
    report.result.trouble = why.outcome == Outcome::internal_error ? why.trouble : Trouble::none;
    report.result.message = why.message;
    return report;
  };
  auto lock = this->lock(spec.key, process_.if_busy);
  if (!lock) return stopped(stop(std::move(lock.error())));
  report.busy = !lock->has_value();
  if (report.busy) return report;
  auto made = make(spec);
  if (!made) return stopped(made.error());
  report.result = std::move(*made);
  return report;
}

auto LayerBuilder::make(const Recipe& spec) -> Step<LayerResult> {
  LayerResult result;
  TRY_ASSIGN(const auto there, is_made(spec, result));
  if (there) return result;

  const auto lease = store_->lease(keys_of(spec));
  if (!lease) return std::unexpected(stop(lease.error()));
  TRY_ASSIGN(auto opam, chosen_opam(spec));
  auto draft = store_->begin(spec.key);
  if (!draft) return std::unexpected(stop(std::move(draft.error())));
  const fs::path folder = draft->folder();
  auto written = write_package(folder, spec);
  if (!written) return std::unexpected(stop(std::move(written.error())));
  auto below = lowers(spec, folder / cache::log_file);
  if (!below && !below.error().kept) return std::unexpected(std::move(below.error()));
  if (!below) {
    OpamRun failed = *std::move(below.error().kept);
    TRY(commit(spec, std::move(*draft), failed));
    return failed.result;
  }
  const auto begin = Clock::now();
  auto run = run_in_root(
      spec, opam, *std::move(below), folder,
      [&](sandbox::SandboxRequest request) {
        return opam_install(std::move(request), spec.package, settings_.jobs);
      },
      judge);
  if (!run) return std::unexpected(std::move(run.error()));
  run->result.seconds = seconds_since(begin);
  if (!verdict::is_lasting(run->result.outcome)) return run->result;
  TRY(commit(spec, std::move(*draft), *run));
  return run->result;
}

// Runs what `complete` makes of a request in a build root below the draft, and keeps what that
// added in the draft's fs.
auto LayerBuilder::run_in_root(const Recipe& spec, const std::string& opam,
                               std::vector<fs::path> lowers, const fs::path& draft,
                               const CompleteRequest& complete, Judge* judge) -> Step<OpamRun> {
  // A package without sources may be the first of a cache.
  auto made = make_folders(sources_->folder());
  if (made) made = make_folders(draft / "root");
  if (!made) return std::unexpected(stop(std::move(made.error())));
  const auto root = BuildRoot::mount(
      spec, opam, {std::move(lowers), sources_->folder(), draft / "root"}, settings_.limits);
  if (!root) return std::unexpected(stop(root.error()));
  sandbox::SandboxRequest request = complete(root->request(settings_.limits));
  request.log = draft / cache::log_file;
  request.interruption = process_.interruption;
  const auto end = sandbox_->run(request);
  if (!end) return std::unexpected(stop(end.error()));
  OpamRun run = judge(*end, request);
  if (run.result.outcome != Outcome::success) return run;
  const std::chrono::duration<double> used(end->seconds);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(settings_.limits.time - used);
  const auto kept = root->keep(spec.package, draft / cache::tree_folder,
                               std::max(left, std::chrono::milliseconds(0)));
  if (kept) return run;
  using Kind = KeepFailure::Kind;
  const KeepFailure& why = kept.error();
  if (why.kind == Kind::ours) return std::unexpected(stop({why.message}));
  run.result.outcome = why.kind == Kind::time_over ? Outcome::timed_out : Outcome::failure;
  run.result.message = why.kind == Kind::time_over
                           ? fmt::format("installed, but not kept after {} s, it is so big",
                                         settings_.limits.time.count())
                           : why.message;
  run.out_of_disk = why.kind == Kind::too_big;
  return run;
}

// Whether there is nothing to do. A broken layer is put aside, and so is nothing that was whole.
auto LayerBuilder::is_made(const Recipe& spec, LayerResult& result) -> Step<bool> {
  const auto record = store_->find(spec.key);
  if (!record) {
    auto aside = store_->put_aside(spec.key);
    if (!aside) return std::unexpected(stop(std::move(aside.error())));
    return false;
  }
  if (!*record) return false;
  if (!is_settled(**record, settings_)) return false;
  result = result_of(**record);
  return true;
}

auto LayerBuilder::chosen_opam(const Recipe& spec) -> Step<std::string> {
  const auto definition = opam::Definition::parse(spec.opam);
  if (!definition) {
    return std::unexpected(Stop{Outcome::failure, Trouble::none,
                                "opam cannot read the package: " + definition.error().message});
  }
  const auto fetched = fetch_sources(**definition, *sources_, settings_.fetch);
  if (!fetched) {
    const bool ours = fetched.error().kind == fetch::FetchFailure::Kind::unavailable ||
                      fetched.error().kind == fetch::FetchFailure::Kind::cache;
    const bool network = fetched.error().kind == fetch::FetchFailure::Kind::unavailable;
    return std::unexpected(Stop{ours ? Outcome::internal_error : Outcome::failure,
                                network ? Trouble::source_unavailable : Trouble::sandbox,
                                fetched.error().message});
  }
  std::vector<opam::PackageId> deps;
  for (const LayerName& dep : spec.deps) deps.push_back(dep.package);
  std::vector<opam::ChosenSource> sources;
  for (const fetch::FetchedSource& source : fetched->sources) {
    if (auto chosen = chosen_source(**definition, source)) sources.push_back(std::move(*chosen));
  }
  return opam::chosen_definition(**definition, deps, sources);
}

auto LayerBuilder::lowers(const Recipe& spec, const fs::path& log) -> Step<std::vector<fs::path>> {
  std::vector<fs::path> folders;
  for (const LayerName& layer : spec.below) {
    folders.push_back(store_->path(layer.key) / cache::tree_folder);
    if (::access(folders.back().c_str(), R_OK | X_OK) != 0) {
      return std::unexpected(
          stop({fmt::format("the layer of {} below is not there: {}", layer.package.to_string(),
                            system_message(folders.back(), errno))}));
    }
  }
  if (!spec.system_packages.empty()) {
    TRY_ASSIGN(auto layer, system_layer(spec.system_packages, log));
    folders.push_back(std::move(layer));
  }
  folders.push_back(store_->base());
  if (::access(folders.back().c_str(), R_OK | X_OK) != 0) {
    return std::unexpected(stop({fmt::format(
        "there is no base layer for {0}: {1}; make it by: oxbow base create --platform {0}",
        spec.platform, system_message(folders.back(), errno))}));
  }
  return folders;
}

auto LayerBuilder::commit(const Recipe& spec, cache::Draft draft, const OpamRun& run)
    -> Step<void> {
  const LayerResult& result = run.result;
  cache::LayerRecord record;
  record.package = spec.package;
  record.exit_status = result.outcome == Outcome::success ? 0 : std::max(run.status, 1);
  for (const LayerName& layer : spec.below) {
    record.deps.push_back(layer.package);
    record.hashes.push_back(layer.key);
  }
  record.created = to_seconds(now());
  record.outcome = result.outcome;
  record.message = result.message;
  record.seconds = result.seconds;
  record.time_limit = static_cast<double>(settings_.limits.time.count());
  if (run.out_of_memory) record.memory_limit = settings_.limits.memory;
  if (run.out_of_disk) record.disk_limit = settings_.limits.disk;
  std::error_code ignored;
  fs::remove(draft.folder() / "root", ignored);
  auto committed = store_->commit(std::move(draft), spec.key, std::move(record));
  if (!committed) return std::unexpected(stop(std::move(committed.error())));
  return {};
}

// System packages get a layer of their own, right above the base: of two that each changed the
// package manager's database, the one above would hide the other's changes.
auto LayerBuilder::system_layer(const std::vector<std::string>& packages, const fs::path& log)
    -> Step<fs::path> {
  const std::string key = system_key(packages);
  auto lock = this->lock(key, cache::LayerStore::Wait::yes);
  if (!lock) return std::unexpected(stop(std::move(lock.error())));
  if (!*lock) return std::unexpected(Stop{Outcome::cancelled, Trouble::none, ""});
  const auto record = store_->find(key);
  if (!record) {
    auto aside = store_->put_aside(key);
    if (!aside) return std::unexpected(stop(std::move(aside.error())));
  }
  if (!record || !*record) {
    TRY(install_system_packages(packages, key, log));
  }
  return store_->path(key) / cache::tree_folder;
}

// What apt says of packages that it cannot resolve becomes the log of the package that asks.
auto LayerBuilder::install_system_packages(const std::vector<std::string>& packages,
                                           const std::string& key, const fs::path& log)
    -> Step<void> {
  auto draft = store_->begin(key);
  if (!draft) return std::unexpected(stop(std::move(draft.error())));
  Recipe spec;
  spec.package = {"system-packages", key.substr(std::string("system-").size(), 16)};
  spec.key = key;
  auto run = run_in_root(
      spec, "opam-version: \"2.0\"\n", {store_->base()}, draft->folder(),
      [&](sandbox::SandboxRequest request) { return system_install(std::move(request), packages); },
      judge_system_install);
  if (!run) return std::unexpected(std::move(run.error()));
  if (run->result.outcome != Outcome::success) {
    run->result.message = "system packages: " + run->result.message;
    Stop why{run->result.outcome, run->result.trouble, run->result.message, {}};
    if (why.outcome == Outcome::failure) {
      std::error_code error;
      fs::rename(draft->folder() / cache::log_file, log, error);
      if (error) return std::unexpected(stop({system_message(log, error.value())}));
      why.kept = *std::move(run);
    }
    return std::unexpected(std::move(why));
  }
  return commit(spec, std::move(*draft), *run);
}

Result<int> LayerBuilder::shell(const Recipe& spec) {
  // The lock and the lease keep its draft and what is below from who collects.
  TRY_ASSIGN(const auto lock, store_->lock(spec.key, cache::LayerStore::Wait::no));
  if (!lock) return fail("another process is building " + spec.package.to_string());
  TRY_ASSIGN(const auto lease, store_->lease(keys_of(spec)));
  const auto opam = chosen_opam(spec);
  if (!opam) return fail(opam.error().message);
  TRY_ASSIGN(const auto draft, store_->begin(spec.key));
  auto below = lowers(spec, draft.folder() / cache::log_file);
  if (!below) return fail(below.error().message);
  const fs::path at = draft.folder() / "root";
  TRY(make_folders(at));
  const auto root =
      BuildRoot::mount(spec, *opam, {std::move(*below), sources_->folder(), at}, settings_.limits);
  if (!root) return std::unexpected(root.error());
  TRY_ASSIGN(const auto end, sandbox_->run(opam_shell(root->request(settings_.limits), spec.package,
                                                      settings_.jobs)));
  return end.status;
}

}  // namespace oxbow::layer
