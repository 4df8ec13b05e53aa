#include "web/site.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "cache/key.h"
#include "cache/log.h"
#include "web/metrics.h"

namespace oxbow::web {
namespace {

constexpr std::size_t runs_a_page = 50;
constexpr std::size_t layers_a_page = 200;
constexpr std::uint64_t log_bytes = std::uint64_t{1} << 20;
constexpr std::uint64_t raw_bytes = std::uint64_t{64} << 20;
constexpr std::size_t most_kept = 200;
constexpr std::string_view immutable = "public, max-age=31536000, immutable";

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

// A number of the query; none if it is missing. One that is not a number is missing, too.
std::optional<std::int64_t> number(const Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::nullopt : number(found->second);
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  if (parts.size() == 1 && parts[0].empty()) parts.clear();
  return parts;
}

Response trouble(int status, std::string_view why) {
  Response response;
  response.status = status;
  response.body = trouble_page(status, why);
  response.cache_control = "no-store";
  return response;
}

Response page(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

Response file(std::string_view body, std::string_view type) {
  Response response;
  response.body = body;
  response.type = type;
  response.cache_control = "public, max-age=3600";
  return response;
}

}  // namespace

Site::Site(store::Database database, SiteSettings settings)
    : database_(std::move(database)),
      runs_(database_),
      results_(database_),
      jobs_(database_),
      deliveries_(database_),
      publications_(database_),
      settings_(std::move(settings)) {}

Response Site::answer(const Request& request, Time now) {
  if (request.method != "GET" && request.method != "HEAD") {
    return trouble(405, "the pages are read-only");
  }
  const Parts parts = parts_of(request.path);
  const bool is_kept = !(parts.size() == 1 && (parts[0] == "metrics" || parts[0] == "healthz")) &&
                       !(parts.size() == 5 && parts[2] == "log");
  std::string name = request.path;
  for (const auto& [key, value] : request.query)
    name.append("\n").append(key).append("=").append(value);
  Response response;
  const std::int64_t version = is_kept ? database_.data_version() : 0;
  if (is_kept && (version != kept_version_ || kept_.size() > most_kept)) {
    kept_.clear();
    kept_version_ = version;
  }
  if (const auto found = kept_.find(name); is_kept && found != kept_.end()) {
    response = found->second;
  } else {
    response = route(request, parts, now);
    if (response.status == 200 && response.etag.empty()) {
      response.etag = "\"" + sha256_hex(response.body).substr(0, 32) + "\"";
    }
    if (is_kept && response.status == 200) kept_[name] = response;
  }
  if (!response.etag.empty() && request.if_none_match == response.etag) {
    response.status = 304;
    response.body.clear();
  }
  ++answered_[response.status];
  return response;
}

Response Site::route(const Request& request, const Parts& parts, Time now) {
  const PageFacts facts{settings_.github, settings_.dry_run, now};
  Result<Response> response = trouble(404, "page not found");
  if (parts.empty()) {
    response = queue(request, facts);
  } else if (parts.size() == 1 && parts[0] == "healthz") {
    const auto counts = jobs_.counts(store::JobKind::analyse, now);
    response = counts ? file("ok\n", "text/plain") : trouble(503, "the store cannot be read");
    response->cache_control = "no-store";
  } else if (parts.size() == 1 && parts[0] == "metrics") {
    response = metrics(now);
  } else if (parts.size() == 1 && parts[0] == "style.css") {
    response = file(style_sheet(), "text/css; charset=utf-8");
  } else if (parts.size() == 1 && parts[0] == "live.js") {
    response = file(live_script(), "text/javascript; charset=utf-8");
  } else if (parts.size() >= 2 && parts[0] == "runs") {
    response = of_run(request, parts, facts);
  }
  if (!response) return trouble(503, "the store cannot be read just now");
  return std::move(*response);
}

Result<Response> Site::queue(const Request& request, const PageFacts& facts) {
  std::optional<store::RunId> before;
  if (const auto id = number(request, "before")) before = static_cast<store::RunId>(*id);
  TRY_ASSIGN(auto runs, runs_.list(before, runs_a_page + 1));
  TRY_ASSIGN(const auto counts, runs_.counts());
  const bool has_more = runs.size() > runs_a_page;
  if (has_more) runs.pop_back();
  return page(queue_page(facts, runs, has_more, counts));
}

Result<Response> Site::of_run(const Request& request, const Parts& parts, const PageFacts& facts) {
  const auto id = number(parts[1]);
  if (!id) return trouble(404, "there is no such run");
  TRY_ASSIGN(auto found, runs_.find(static_cast<store::RunId>(*id)));
  if (!found) return trouble(404, "there is no such run");
  const std::string_view what = parts.size() > 2 ? std::string_view(parts[2]) : "";
  if (parts.size() == 2) return run(*found, 0, facts);
  if (parts.size() == 3 && what == "layers") {
    return run(*found, static_cast<std::size_t>(number(request, "after").value_or(0)), facts);
  }
  if (parts.size() == 3 && what == "comment") return comment(request, *found, facts);
  if (parts.size() == 5 && what == "log") return log(request, *found, parts, facts);
  return trouble(404, "page not found");
}

Result<Response> Site::run(const store::Run& run, std::size_t skip, const PageFacts& facts) {
  RunPage data;
  data.run = run;
  data.skipped = skip;
  TRY_ASSIGN(auto targets, results_.targets(run.id));
  data.targets = std::move(targets);
  TRY_ASSIGN(auto layers, results_.layers(run.id, skip, layers_a_page + 1));
  data.layers = std::move(layers);
  data.has_more = data.layers.size() > layers_a_page;
  if (data.has_more) data.layers.pop_back();
  for (const store::RunLayer& layer : data.layers)
    data.builds.push_back(build_of(data.targets, layer));
  TRY_ASSIGN(auto roots, results_.roots(run.id));
  data.roots = std::move(roots);
  TRY_ASSIGN(auto publications, publications_.of_run(run.id));
  data.publications = std::move(publications);
  return page(run_page(facts, data));
}

Result<Response> Site::comment(const Request& request, const store::Run& run,
                               const PageFacts& facts) {
  const auto text = results_.document(run.id, "comment.md");
  if (!text) return std::unexpected(text.error());
  if (request.query.contains("raw")) return file(text->value_or(""), "text/plain; charset=utf-8");
  TRY_ASSIGN(const auto publications, publications_.of_run(run.id));
  return page(comment_page(facts, run, *text, publications));
}

Result<Response> Site::log(const Request& request, const store::Run& run, const Parts& parts,
                           const PageFacts& facts) {
  const auto target = number(parts[3]);
  TRY_ASSIGN(const auto targets, results_.targets(run.id));
  if (!target || static_cast<std::size_t>(*target) >= targets.size()) {
    return trouble(404, "there is no such target");
  }
  const auto at = static_cast<std::size_t>(*target);
  // Only what the run knows is looked for in the cache.
  TRY_ASSIGN(const auto layer, results_.layer(run.id, at, parts[4]));
  if (!layer) return trouble(404, "there is no such layer");
  const auto layers = layers_of(targets[at]);
  const auto log = layers ? cache::LayerLog::of_layer_or_draft(*layers, layer->key) : std::nullopt;
  const bool is_raw = request.query.contains("raw");
  const auto from = is_raw ? std::optional<std::int64_t>(0) : number(request, "from");
  std::optional<LogText> shown;
  const std::uint64_t size = log ? log->size() : 0;
  if (log) {
    const std::uint64_t most = is_raw ? raw_bytes : log_bytes;
    const std::uint64_t begin =
        from ? std::min(static_cast<std::uint64_t>(*from), size) : size - std::min(size, most);
    shown = LogText{log->read(begin, most), begin, log->is_finished()};
  }
  const bool is_done = layer->state == store::LayerState::done;
  Response response;
  response.cache_control = "no-store";
  if (!from) {
    response.body = log_page(facts, run, *layer, shown);
    // Of a layer that is not done, the log in the cache may be of an earlier build.
    const auto build = request.query.find("build");
    const bool is_of_build = log && !log->build().empty() && build != request.query.end() &&
                             build->second == log->build();
    if (is_done && is_of_build) response.cache_control = immutable;
    return response;
  }
  const std::uint64_t end = shown ? shown->begin + shown->text.size() : 0;
  const bool is_finished = is_done || (shown && shown->is_finished);
  response.type = "text/plain; charset=utf-8";
  response.body = shown ? shown->text : "";
  response.headers["X-Next"] = std::to_string(end);
  response.headers["X-Finished"] = is_finished && end == size ? "1" : "0";
  return response;
}

std::optional<cache::LayerStore> Site::layers_of(const store::RunTarget& target) const {
  const std::string platform = target.target.platform.to_string();
  if (settings_.cache.empty() || !cache::is_layer_key(platform)) return std::nullopt;
  return cache::LayerStore(settings_.cache, platform);
}

std::string Site::build_of(const std::vector<store::RunTarget>& targets,
                           const store::RunLayer& layer) const {
  if (layer.state != store::LayerState::done || layer.target >= targets.size()) return "";
  const auto layers = layers_of(targets[layer.target]);
  const auto log = layers ? cache::LayerLog::of_layer(*layers, layer.key) : std::nullopt;
  return log ? log->build() : "";
}

Result<Response> Site::metrics(Time now) {
  Metrics metrics;
  metrics.answered = answered_;
  TRY_ASSIGN(auto runs, runs_.counts());
  metrics.runs = std::move(runs);
  TRY_ASSIGN(auto deliveries, deliveries_.counts());
  metrics.deliveries = std::move(deliveries);
  for (const store::JobKind kind : {store::JobKind::analyse, store::JobKind::build}) {
    TRY_ASSIGN(const auto counts, jobs_.counts(kind, now));
    metrics.jobs.emplace_back(kind, counts);
  }
  TRY_ASSIGN(const auto publications, publications_.counts());
  metrics.publications = publications;
  TRY_ASSIGN(const auto waits, deliveries_.waits_since());
  if (waits) {
    metrics.oldest_delivery_seconds = std::chrono::duration<double>(now - *waits).count();
  }
  Response response = file(to_prometheus(metrics), "text/plain; version=0.0.4; charset=utf-8");
  response.cache_control = "no-store";
  return response;
}

}  // namespace oxbow::web
