#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/duration.h"
#include "base/file.h"
#include "base/time.h"
#include "base/untrusted.h"
#include "cache/care.h"
#include "cache/layout.h"
#include "cli/cache_json.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/quantity.h"
#include "opam/target.h"
#include "report/wording.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;
using cache::CachedLayer;
using cache::LayerStore;

struct CacheArguments {
  std::string cache;
  std::string platform;
  std::string key;
  std::string max_size;
  std::string max_age;
  bool dry_run = false;
  bool remove = false;
  bool json = false;
};

std::string platform_of(const LayerStore& store) { return store.folder().filename().string(); }

Result<LayerStore> open_store(const CacheArguments& arguments) {
  const std::string platform =
      arguments.platform.empty() ? std::string(default_platform) : arguments.platform;
  TRY(opam::parse_platform(platform));
  LayerStore store(arguments.cache, platform);
  std::error_code ignored;
  if (fs::is_directory(store.folder(), ignored)) return store;
  return fail(
      fmt::format("there is nothing for {} in the cache at '{}'; name another folder with "
                  "--cache or another --platform",
                  platform, arguments.cache));
}

// That of the platform that was asked for, or of all that are there.
Result<std::vector<LayerStore>> open_stores(const CacheArguments& arguments) {
  std::vector<LayerStore> stores;
  if (!arguments.platform.empty()) {
    TRY_ASSIGN(auto store, open_store(arguments));
    stores.push_back(std::move(store));
    return stores;
  }
  std::error_code error;
  for (fs::directory_iterator at(arguments.cache, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    const std::string name = at->path().filename().string();
    // A cache holds other things, too, such as sources.
    if (at->is_directory(ignored) && opam::parse_platform(name)) {
      stores.emplace_back(arguments.cache, name);
    }
  }
  if (error) {
    return fail(fmt::format("there is no cache at '{}' ({}); name a folder", arguments.cache,
                            error.message()));
  }
  std::ranges::sort(stores, {}, &LayerStore::folder);
  return stores;
}

// The one key that begins with what was given.
Result<std::string> find_key(const LayerStore& store, const std::string& prefix) {
  auto keys = store.keys();
  if (!keys) return std::unexpected(std::move(keys.error()));
  if (std::ranges::binary_search(*keys, prefix)) return prefix;
  std::erase_if(*keys, [&](const std::string& key) { return !key.starts_with(prefix); });
  if (keys->size() == 1) return keys->front();
  if (keys->empty()) {
    return fail(fmt::format("no layer's key begins with '{}' in {}; 'oxbow cache ls' lists them",
                            prefix, store.folder().string()));
  }
  return fail(fmt::format("{} keys begin with '{}', {} and {} among them; give more of it",
                          keys->size(), prefix, (*keys)[0], (*keys)[1]));
}

Result<CachedLayer> find_layer(const LayerStore& store, const std::string& prefix) {
  const auto key = find_key(store, prefix);
  if (!key) return std::unexpected(key.error());
  TRY_ASSIGN(auto layers, cache::list(store));
  const auto found = std::ranges::find(layers, *key, &CachedLayer::key);
  if (found == layers.end()) return fail(fmt::format("layer {} was deleted just now", *key));
  return std::move(*found);
}

std::string since(cache::CacheTime time) {
  return age_text(std::chrono::duration<double>(now() - time).count());
}

std::string age_of(const CachedLayer& layer) {
  if (!layer.record) return "-";
  return since(cache::CacheTime(std::chrono::duration_cast<cache::CacheTime::duration>(
      std::chrono::duration<double>(std::clamp(layer.record->created, 0.0, 4e9)))));
}

std::string package_of(const CachedLayer& layer) {
  return layer.record ? printable(layer.record->package.to_string()) : "-";
}

std::string_view outcome_of(const CachedLayer& layer) {
  return layer.record ? name(layer.record->outcome) : "broken";
}

using Row = std::vector<std::string>;

// Columns two spaces apart, the numbers' to the right.
std::string table(const std::vector<Row>& rows, const std::vector<bool>& to_the_right) {
  std::vector<std::size_t> widths(to_the_right.size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += to_the_right[i] ? fmt::format(" {:>{}} ", row[i], widths[i])
                              : fmt::format(" {:<{}} ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

void print_layers(const std::string& platform, const std::vector<CachedLayer>& layers) {
  std::uint64_t bytes = 0;
  for (const CachedLayer& layer : layers) bytes += layer.bytes;
  print(fmt::format("{}: {}, {}\n", printable(platform), report::counted(layers.size(), "layer"),
                    size_text(bytes)));
  if (layers.empty()) return;
  std::vector<Row> rows = {{"PACKAGE", "OUTCOME", "SIZE", "FILES", "AGE", "USED", "KEY"}};
  for (const CachedLayer& layer : layers) {
    rows.push_back({package_of(layer), std::string(outcome_of(layer)), size_text(layer.bytes),
                    report::grouped(layer.files), age_of(layer), since(layer.last_use), layer.key});
  }
  print(table(rows, {false, false, true, true, true, true, false}));
  for (const CachedLayer& layer : layers) {
    if (!layer.record) print(fmt::format("  broken: {}\n", printable(layer.broken)));
  }
}

ExitCode list(const CacheArguments& arguments) {
  const auto stores = open_stores(arguments);
  if (!stores) return report_error(stores.error().message);
  std::vector<OfPlatform<std::vector<CachedLayer>>> platforms;
  for (const LayerStore& store : *stores) {
    auto layers = cache::list(store);
    if (!layers) return report_error(layers.error().message);
    platforms.push_back({platform_of(store), *std::move(layers)});
  }
  if (arguments.json) {
    print(to_json(platforms));
    return ExitCode::done;
  }
  if (platforms.empty()) print("There are no layers.\n");
  for (auto& [platform, layers] : platforms) {
    std::ranges::sort(layers, [](const CachedLayer& x, const CachedLayer& y) {
      if (x.record && y.record) {
        const int order = opam::compare_packages(x.record->package, y.record->package);
        if (order != 0) return order < 0;
      } else if (x.record || y.record) {
        return x.record.has_value();
      }
      return x.key < y.key;
    });
    print_layers(platform, layers);
  }
  return ExitCode::done;
}

ExitCode show(const CacheArguments& arguments) {
  const auto store = open_store(arguments);
  if (!store) return report_error(store.error().message);
  const auto layer = find_layer(*store, arguments.key);
  if (!layer) return report_error(layer.error().message);
  const fs::path folder = store->path(layer->key);
  if (arguments.json) {
    print(to_json(platform_of(*store), folder, *layer));
    return ExitCode::done;
  }
  std::vector<Row> rows = {{"package", package_of(*layer)},
                           {"outcome", std::string(outcome_of(*layer))},
                           {"key", layer->key},
                           {"folder", printable(folder.string())},
                           {"size", fmt::format("{} in {}", size_text(layer->bytes),
                                                report::counted(layer->files, "file"))},
                           {"created", age_of(*layer) + " ago"},
                           {"used", since(layer->last_use) + " ago"}};
  if (layer->record) {
    const cache::LayerRecord& record = *layer->record;
    rows.push_back({"exit status", std::to_string(record.exit_status)});
    if (record.seconds > 0) rows.push_back({"built in", fmt::format("{:.1f} s", record.seconds)});
    if (record.outcome == verdict::Outcome::timed_out) {
      rows.push_back({"time limit", fmt::format("{:.0f} s", record.time_limit)});
    }
    if (!record.digest.empty()) rows.push_back({"digest", record.digest});
    for (std::size_t i = 0; i < record.deps.size(); ++i) {
      const std::string key = i < record.hashes.size() ? "  " + record.hashes[i] : "";
      rows.push_back({i == 0 ? "stands on" : "", printable(record.deps[i].to_string()) + key});
    }
  } else {
    rows.erase(rows.begin() + 5);
    rows.push_back({"broken", printable(layer->broken)});
  }
  print(table(rows, {false, false}));
  return ExitCode::done;
}

ExitCode show_log(const CacheArguments& arguments) {
  const auto store = open_store(arguments);
  if (!store) return report_error(store.error().message);
  const auto key = find_key(*store, arguments.key);
  if (!key) return report_error(key.error().message);
  const auto log = read_file(store->path(*key) / cache::log_file);
  if (!log) return report_error(log.error().message);
  if (isatty(STDOUT_FILENO) != 1) {
    print(*log);
    return ExitCode::done;
  }
  for (std::size_t begin = 0, end = 0; begin < log->size(); begin = end + 1) {
    end = std::min(log->find('\n', begin), log->size());
    std::string_view line = std::string_view(*log).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    print(printable(line) + "\n");
  }
  return ExitCode::done;
}

void print_collection(const cache::Collection& collection, bool dry_run) {
  const std::string_view verb = dry_run ? "would remove" : "removed";
  std::size_t layers = 0;
  for (const cache::CollectedItem& item : collection.removed) {
    if (item.layer) ++layers;
    print(fmt::format("{} {}/{}{}\n", verb, printable(item.platform), printable(item.name),
                      item.bytes > 0 ? ", " + size_text(item.bytes) : ""));
  }
  print(fmt::format("{} {}, {}; {} in {} {}\n", verb, report::counted(layers, "layer"),
                    size_text(collection.freed), size_text(collection.kept_bytes),
                    report::counted(collection.kept, "layer"),
                    dry_run ? "would remain" : "remain"));
}

ExitCode collect(const CacheArguments& arguments) {
  cache::CollectRequest request;
  request.dry_run = arguments.dry_run;
  if (!arguments.max_size.empty()) {
    const auto size = parse_size(arguments.max_size);
    if (!size) return report_error(size.error().message);
    request.max_bytes = *size;
  }
  if (!arguments.max_age.empty()) {
    const auto age = parse_age(arguments.max_age);
    if (!age) return report_error(age.error().message);
    request.max_age = *age;
  }
  const auto stores = open_stores(arguments);
  if (!stores) return report_error(stores.error().message);
  const auto collection = cache::collect(*stores, request);
  if (!collection) return report_error(collection.error().message);
  if (arguments.json) {
    print(to_json(*collection, arguments.dry_run));
  } else {
    print_collection(*collection, arguments.dry_run);
  }
  for (const std::string& problem : collection->problems) report_warning(problem);
  return collection->problems.empty() ? ExitCode::done : ExitCode::could_not;
}

ExitCode verify(const CacheArguments& arguments) {
  const auto stores = open_stores(arguments);
  if (!stores) return report_error(stores.error().message);
  std::vector<OfPlatform<cache::Verification>> platforms;
  bool whole = true;
  for (const LayerStore& store : *stores) {
    auto verification =
        cache::verify(store, arguments.remove ? cache::RemoveBroken::yes : cache::RemoveBroken::no);
    if (!verification) return report_error(verification.error().message);
    whole = whole && verification->broken.empty();
    platforms.push_back({platform_of(store), *std::move(verification)});
  }
  const ExitCode code = whole ? ExitCode::done : ExitCode::bad_news;
  if (arguments.json) {
    print(to_json(platforms));
    return code;
  }
  for (const auto& [platform, found] : platforms) {
    for (const cache::BrokenLayer& broken : found.broken) {
      print(fmt::format("broken: {}/{}: {}{}\n", printable(platform), broken.key,
                        printable(broken.why), broken.put_aside ? " (put aside)" : ""));
    }
    print(fmt::format("{}: {}, {} broken", printable(platform),
                      report::counted(found.layers, "layer"), found.broken.size()));
    if (found.without_digest > 0) print(fmt::format(", {} without a digest", found.without_digest));
    print("\n");
  }
  return code;
}

}  // namespace

Command add_cache(CLI::App& program) {
  auto arguments = std::make_shared<CacheArguments>();
  CLI::App* const cache = program.add_subcommand("cache", "list, show, collect and verify layers");
  cache->require_subcommand(1);
  std::vector<Command> commands;
  const auto add = [&](const char* name, const char* about, const char* example,
                       ExitCode (*run)(const CacheArguments&)) {
    CLI::App* const command = cache->add_subcommand(name, about);
    command->add_option("--cache", arguments->cache, "the cache of layers")->required();
    command->footer(std::string("Example:\n  oxbow cache ") + example);
    commands.push_back({command, [arguments, run] { return run(*arguments); }});
    return command;
  };
  CLI::App* const ls =
      add("ls", "the layers, with their size, age and last use", "ls --cache ~/layers", list);
  CLI::App* const one =
      add("show", "all that is recorded of one layer", "show --cache ~/layers 3f9a", show);
  CLI::App* const log =
      add("log", "what building a layer printed", "log --cache ~/layers 3f9a | less", show_log);
  CLI::App* const gc = add("gc",
                           "delete leftovers, layers unused for long, and "
                           "then the least recently used",
                           "gc --cache ~/layers --max-size 20G --max-age 30d", collect);
  CLI::App* const check = add("verify", "read all layers and report broken ones (exit code 1)",
                              "verify --cache ~/layers", verify);
  for (CLI::App* const command : {ls, gc, check}) {
    command->add_option("--platform,-p", arguments->platform,
                        "DISTRIBUTION-VERSION-ARCH (default: every platform in the cache)");
  }
  for (CLI::App* const command : {one, log}) {
    command->add_option("--platform,-p", arguments->platform, "DISTRIBUTION-VERSION-ARCH")
        ->default_str(std::string(default_platform));
    command->add_option("KEY", arguments->key, "the layer's key, or enough of its beginning")
        ->required();
  }
  gc->add_option("--max-size", arguments->max_size, "of all layers together: 500M, 20G, 1T");
  gc->add_option("--max-age", arguments->max_age, "since the last use: 12h, 30d, 8w");
  gc->add_flag("--dry-run", arguments->dry_run, "only show what would be deleted");
  check->add_flag("--remove", arguments->remove,
                  "put broken layers aside, so that they are built again");
  for (CLI::App* const command : {ls, one, gc, check}) {
    command->add_flag("--json", arguments->json, "print JSON");
  }
  cache->footer("Example:\n  oxbow cache ls --cache ~/layers");
  return {cache, [commands] {
            const auto parsed = std::ranges::find_if(
                commands, [](const Command& command) { return command.app->parsed(); });
            return parsed->run();
          }};
}

}  // namespace oxbow::cli
