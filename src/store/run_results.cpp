#include "store/run_results.h"

#include <utility>

#include "store/names.h"

namespace oxbow::store {
namespace {

constexpr const char* write_layer =
    "INSERT OR REPLACE INTO run_layers (run, target, position, package, key, reason, state,"
    " outcome, cached, seconds, error_line)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

RunTarget read_target(Columns& next) {
  RunTarget target;
  next.skip();  // the run
  next.skip();  // its position
  target.target.compiler = next.parsed(opam::parse_package_id);
  target.target.platform = next.parsed(opam::parse_platform);
  target.packages = next.count();
  target.layers = next.count();
  target.cached = next.count();
  target.estimated_seconds = next.real();
  target.conclusion = next.optional_parsed(verdict::parse_conclusion);
  return target;
}

RunLayer read_layer(Columns& next) {
  RunLayer layer;
  next.skip();  // the run
  layer.target = next.count();
  layer.position = next.count();
  layer.package = next.text();
  layer.key = next.text();
  layer.reason = next.text();
  layer.state = next.parsed(parse<LayerState>);
  layer.outcome = next.optional_parsed(verdict::parse_outcome);
  layer.cached = next.flag();
  layer.seconds = next.real();
  layer.error_line = next.text();
  return layer;
}

RunRoot read_root(Columns& next) {
  RunRoot root;
  next.skip();  // the run
  root.target = next.count();
  root.package = next.text();
  root.base = next.parsed(verdict::parse_root_outcome);
  root.head = next.parsed(verdict::parse_root_outcome);
  root.verdict = next.parsed(verdict::parse_verdict);
  root.failed_key = next.text();
  return root;
}

}  // namespace

Result<void> RunResults::set_plan(RunId run, std::span<const RunTarget> targets,
                                  std::span<const RunLayer> layers) {
  return database_->transaction([&]() -> Result<void> {
    for (const char* const clear :
         {"DELETE FROM run_targets WHERE run = ?1", "DELETE FROM run_layers WHERE run = ?1",
          "DELETE FROM run_roots WHERE run = ?1"}) {
      if (auto done = database_->run(clear, {number(run)}); !done) {
        return std::unexpected(std::move(done.error()));
      }
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const RunTarget& one = targets[i];
      const std::string compiler = one.target.compiler.to_string();
      const std::string platform = one.target.platform.to_string();
      TRY(database_->write(
          "INSERT INTO run_targets (run, position, compiler, platform, packages, layers, cached,"
          " estimated_seconds, conclusion) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
          {number(run), number(i), compiler, platform, number(one.packages), number(one.layers),
           number(one.cached), one.estimated_seconds, name_or_empty(one.conclusion)}));
    }
    for (const RunLayer& layer : layers) {
      TRY(set_layer(run, layer));
    }
    return {};
  });
}

Result<void> RunResults::set_target_conclusion(RunId run, std::size_t target,
                                               verdict::Conclusion conclusion) {
  return database_->write("UPDATE run_targets SET conclusion = ?3 WHERE run = ?1 AND position = ?2",
                          {number(run), number(target), name(conclusion)});
}

Result<void> RunResults::set_layer(RunId run, const RunLayer& layer) {
  return database_->write(write_layer,
                          {number(run), number(layer.target), number(layer.position), layer.package,
                           layer.key, layer.reason, name(layer.state), name_or_empty(layer.outcome),
                           std::int64_t{layer.cached}, layer.seconds, layer.error_line});
}

Result<void> RunResults::set_roots(RunId run, std::span<const RunRoot> roots) {
  return database_->transaction([&]() -> Result<void> {
    auto cleared = database_->run("DELETE FROM run_roots WHERE run = ?1", {number(run)});
    if (!cleared) return std::unexpected(std::move(cleared.error()));
    for (const RunRoot& root : roots) {
      auto done = database_->run(
          "INSERT OR REPLACE INTO run_roots (run, target, package, base, head, verdict, failed_key)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
          {number(run), number(root.target), root.package, name(root.base), name(root.head),
           name(root.verdict), root.failed_key});
      if (!done) return std::unexpected(std::move(done.error()));
    }
    return {};
  });
}

Result<std::vector<RunTarget>> RunResults::targets(RunId run) {
  return database_->all(
      "SELECT run, position, compiler, platform, packages, layers, cached, estimated_seconds,"
      " conclusion FROM run_targets WHERE run = ?1 ORDER BY position",
      {number(run)}, read_target);
}

Result<std::vector<RunLayer>> RunResults::layers(RunId run, std::size_t skip, std::size_t count) {
  return database_->all(
      "SELECT run, target, position, package, key, reason, state, outcome, cached, seconds,"
      " error_line"
      " FROM run_layers WHERE run = ?1 ORDER BY target, position LIMIT ?3 OFFSET ?2",
      {number(run), number(skip), number(count)}, read_layer);
}

Result<std::optional<RunLayer>> RunResults::layer(RunId run, std::size_t target,
                                                  std::string_view key) {
  return database_->one(
      "SELECT run, target, position, package, key, reason, state, outcome, cached, seconds,"
      " error_line"
      " FROM run_layers WHERE run = ?1 AND target = ?2 AND key = ?3",
      {number(run), number(target), key}, read_layer);
}

Result<std::vector<RunRoot>> RunResults::roots(RunId run) {
  return database_->all(
      "SELECT run, target, package, base, head, verdict, failed_key FROM run_roots WHERE run = ?1"
      " ORDER BY target, package",
      {number(run)}, read_root);
}

Result<void> RunResults::set_document(RunId run, std::string_view name, std::string_view text) {
  return database_->write(
      "INSERT OR REPLACE INTO run_documents (run, name, text) VALUES (?1, ?2, ?3)",
      {number(run), name, text});
}

Result<std::optional<std::string>> RunResults::document(RunId run, std::string_view name) {
  return database_->one("SELECT text FROM run_documents WHERE run = ?1 AND name = ?2",
                        {number(run), name}, [](Columns& next) { return next.text(); });
}

}  // namespace oxbow::store
