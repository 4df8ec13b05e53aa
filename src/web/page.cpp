#include "web/page.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/duration.h"
#include "base/percent.h"
#include "report/build_log.h"

namespace oxbow::web {
namespace {

using store::LayerState;
using store::Run;
using store::RunState;
using verdict::Conclusion;
using verdict::Outcome;

Html frame(std::string_view title, const Html& body, const Html& head = {}) {
  return Html(
             "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
             "<link rel=\"stylesheet\" href=\"/style.css\"><title>") +
         text(title) + " · oxbow</title>" + head +
         "</head><body><header><a href=\"/\">oxbow</a></header><main>" + body +
         "</main></body></html>\n";
}

std::string run_address(const Run& run) {
  return "/runs/" + std::to_string(std::to_underlying(run.id));
}

Html time(Time at) {
  return text(fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                          fmt::gmtime(std::chrono::system_clock::to_time_t(at))));
}

Html seconds(double value) {
  if (value <= 0) return "";
  return text(duration_text(value));
}

// The style sheet's classes.
std::string_view class_of(Outcome outcome) {
  if (outcome == Outcome::success) return "good";
  return verdict::is_failure(outcome) ? "bad" : "dim";
}

std::string_view class_of(Conclusion conclusion) {
  if (conclusion == Conclusion::success) return "good";
  return conclusion == Conclusion::failure ? "bad" : "dim";
}

Html state(const Run& run) {
  if (!run.conclusion || run.state == RunState::building) {
    return Html("<span class=\"state\">") + text(name(run.state)) + "</span>";
  }
  return Html("<span class=\"state ") + text(class_of(*run.conclusion)) + "\">" +
         text(name(*run.conclusion)) + "</span>";
}

std::string_view state_of(const store::RunLayer& layer) {
  return layer.state == LayerState::done && layer.outcome ? name(*layer.outcome)
                                                          : name(layer.state);
}

// What is tested, with a link to it where GitHub has one.
Html subject(const PageFacts& facts, const Run& run) {
  const std::string repository = facts.github + "/" + run.subject.repository;
  if (run.subject.pull != 0) {
    return text(run.subject.repository) + " " +
           link(fmt::format("{}/pull/{}", repository, run.subject.pull),
                Html("#") + number(run.subject.pull));
  }
  return text(run.subject.repository) + " " + text(run.subject.base_branch);
}

Html commit(const PageFacts& facts, const Run& run, const std::string& id) {
  if (id.empty()) return "";
  return link(facts.github + "/" + run.subject.repository + "/commit/" + percent_encoded(id),
              Html("<code>") + text(std::string_view(id).substr(0, 10)) + "</code>");
}

Html counts(std::size_t packages, std::size_t layers, std::size_t cached) {
  return number(packages) + " packages, " + number(layers) + " layers, " + number(cached) +
         " cached";
}

Html layer_row(const Run& run, const store::RunLayer& layer, const std::string& build) {
  const bool is_done = layer.state == LayerState::done;
  std::string log =
      run_address(run) + "/log/" + std::to_string(layer.target) + "/" + percent_encoded(layer.key);
  if (!build.empty()) log += "?build=" + build;
  return Html("<tr><td>") + number(layer.target) + "</td><td>" + text(layer.package) +
         "</td><td class=\"" + text(is_done && layer.outcome ? class_of(*layer.outcome) : "") +
         "\">" + text(!is_done && layer.cached ? "cached" : state_of(layer)) + "</td><td>" +
         seconds(layer.seconds) + "</td><td>" + text(layer.reason) + "</td><td>" +
         text(layer.error_line) + "</td><td>" + link(log, "log") + "</td></tr>\n";
}

Html layer_table(const RunPage& page) {
  if (page.layers.empty()) return "<p>No layer is rebuilt.</p>";
  Html table =
      "<div class=\"wide\"><table id=\"layers\"><thead><tr><th>Target</th><th>Package</th>"
      "<th>State</th><th>Time</th><th>Why it is rebuilt</th><th>First error</th><th></th></tr>"
      "</thead><tbody>\n";
  for (std::size_t i = 0; i < page.layers.size(); ++i) {
    table += layer_row(page.run, page.layers[i], page.builds[i]);
  }
  table += "</tbody></table></div>";
  if (page.has_more) {
    table += Html("<p>") +
             link(fmt::format("{}/layers?after={}", run_address(page.run),
                              page.skipped + page.layers.size()),
                  "more layers") +
             "</p>";
  }
  return table;
}

Html target_table(const RunPage& page) {
  Html table =
      "<div class=\"wide\"><table id=\"targets\"><thead><tr><th></th><th>Compiler</th>"
      "<th>Platform</th><th>Rebuilt</th><th>Estimated</th><th>Conclusion</th></tr></thead>"
      "<tbody>\n";
  std::size_t at = 0;
  for (const store::RunTarget& target : page.targets) {
    table += Html("<tr><td>") + number(at++) + "</td><td>" +
             text(target.target.compiler.to_string()) + "</td><td>" +
             text(target.target.platform.to_string()) + "</td><td>" +
             counts(target.packages, target.layers, target.cached) + "</td><td>" +
             seconds(target.estimated_seconds) + "</td><td>" +
             text(target.conclusion ? name(*target.conclusion) : "") + "</td></tr>\n";
  }
  return table + "</tbody></table></div>";
}

Html roots_list(const RunPage& page) {
  Html all;
  for (const verdict::Verdict verdict : verdict::verdicts_by_weight) {
    Html items;
    std::size_t count = 0;
    for (const store::RunRoot& root : page.roots) {
      if (root.verdict != verdict) continue;
      ++count;
      items += Html("<li>") + text(root.package) + ": " + text(name(root.base)) + " before, " +
               text(name(root.head)) + " now</li>\n";
    }
    if (count == 0) continue;
    // What nobody needs to act upon is folded away.
    all += needs_attention(verdict) ? Html("<details open><summary>") : Html("<details><summary>");
    all += text(title(verdict)) + ": " + number(count) + "</summary><ul>" + items +
           "</ul></details>\n";
  }
  if (all.empty()) return all;
  return Html("<section id=\"roots\"><h2>Compared with the base</h2>") + all + "</section>";
}

std::string what(const store::Publication& publication) {
  std::string text(name(publication.kind));
  for (const std::string* const part : {&publication.name, &publication.comment}) {
    if (!part->empty()) text += " " + *part;
  }
  return text;
}

std::string told(const store::Publication& publication) {
  if (publication.given_up) return "given up: " + publication.failure;
  if (publication.is_due()) {
    return publication.failure.empty() ? "waiting" : "waiting, after: " + publication.failure;
  }
  return "told";
}

Html publication_list(const PageFacts& facts, const RunPage& page) {
  Html items;
  for (const store::Publication& publication : page.publications) {
    items += Html("<li>") + text(what(publication)) + ": " +
             text(facts.dry_run ? "not written (dry run)" : told(publication)) + "</li>\n";
  }
  return Html("<section><h2>On GitHub</h2><ul id=\"github\">") + items + "</ul><p>" +
         link(run_address(page.run) + "/comment", "the comment and the checks as text") +
         "</p></section>";
}

}  // namespace

std::string queue_page(const PageFacts& facts, const std::vector<Run>& runs, bool has_more,
                       const std::vector<std::size_t>& counts_by_state) {
  Html body = "<h1>Runs</h1>";
  if (facts.dry_run) body += "<p>A dry run: nothing is written to GitHub.</p>";
  body += "<p>";
  for (std::size_t i = 0; i < counts_by_state.size(); ++i) {
    if (i > 0) body += ", ";
    body += number(counts_by_state[i]) + " " + text(name(static_cast<RunState>(i)));
  }
  body +=
      "</p><div class=\"wide\"><table id=\"queue\"><thead><tr><th>Run</th><th>State</th>"
      "<th>What</th><th>Title</th><th>Rebuilt</th><th>Since</th></tr></thead><tbody>\n";
  for (const Run& run : runs) {
    body += Html("<tr><td>") + link(run_address(run), number(std::to_underlying(run.id))) +
            "</td><td>" + state(run) + "</td><td>" + subject(facts, run) + "</td><td>" +
            text(run.subject.title) + "</td><td>" +
            counts(run.packages_rebuilt, run.layers, run.cached) + "</td><td>" + time(run.created) +
            "</td></tr>\n";
  }
  body += "</tbody></table></div>";
  if (has_more && !runs.empty()) {
    body += Html("<p>") +
            link(fmt::format("/?before={}", std::to_underlying(runs.back().id)), "earlier runs") +
            "</p>";
  }
  return frame("Runs", body).to_string();
}

std::string run_page(const PageFacts& facts, const RunPage& page) {
  const Run& run = page.run;
  const Html id = number(std::to_underlying(run.id));
  Html body = Html("<section id=\"run\"><h1>Run ") + id + " " + state(run) + "</h1><p>" +
              subject(facts, run) + ": " + text(run.subject.title) + "</p><p>" + text(run.summary) +
              "</p><dl><dt>Head</dt><dd>" + commit(facts, run, run.subject.head) +
              "</dd><dt>Base</dt><dd>" + commit(facts, run, run.tested_base) +
              "</dd><dt>Author</dt><dd>" + text(run.subject.author) + "</dd><dt>Because</dt><dd>" +
              text(run.cause) + "</dd><dt>Begun</dt><dd>" + time(run.created) + "</dd>";
  if (run.finished) body += Html("<dt>Ended</dt><dd>") + time(*run.finished) + "</dd>";
  if (run.hold != store::Hold::none) {
    body += Html("<dt>Builds wait for</dt><dd>") + text(name(run.hold)) + "</dd>";
  }
  body += Html("</dl></section>") + target_table(page) + roots_list(page) +
          "<section><h2>Layers</h2>" + layer_table(page) + "</section>" +
          publication_list(facts, page);
  return frame("Run " + std::to_string(std::to_underlying(run.id)), body).to_string();
}

std::string comment_page(const PageFacts& facts, const Run& run,
                         const std::optional<std::string>& comment,
                         const std::vector<store::Publication>& publications) {
  Html body = Html("<h1>What GitHub shows of run ") +
              link(run_address(run), number(std::to_underlying(run.id))) + "</h1>";
  if (facts.dry_run) body += "<p>A dry run: this is how it would look.</p>";
  body += Html("<h2>The comment</h2><pre id=\"comment\">") +
          lines(comment.value_or("There is none yet.")) + "</pre>";
  for (const store::Publication& publication : publications) {
    if (publication.kind == store::PublicationKind::comment) continue;
    body += Html("<h2>") + text(what(publication)) + "</h2><pre>" + lines(publication.wanted) +
            "</pre>";
  }
  return frame("Comment", body).to_string();
}

std::string log_page(const PageFacts& /*facts*/, const Run& run, const store::RunLayer& layer,
                     const std::optional<LogText>& log) {
  Html body = Html("<h1>") + text(layer.package) + "</h1><p>" +
              link(run_address(run), Html("Run ") + number(std::to_underlying(run.id))) +
              ", <code>" + text(layer.key) + "</code>, <span id=\"state\">" +
              text(state_of(layer)) + "</span></p>";
  const bool is_live = layer.state != LayerState::done && !(log && log->is_finished);
  Html head;
  if (is_live) head = "<script src=\"/live.js\" defer></script>";
  if (log && log->begin > 0) body += "<p>The beginning is left out.</p>";
  body += Html("<pre id=\"log\" data-next=\"") + number(log ? log->begin + log->text.size() : 0) +
          "\">" + (log ? lines(report::plain(log->text)) : Html("")) + "</pre>";
  if (!log && !is_live)
    body += "<p>There is no log: nothing was run, or it was removed from the cache.</p>";
  return frame(layer.package, body, head).to_string();
}

std::string trouble_page(int status, std::string_view why) {
  return frame(std::to_string(status),
               Html("<h1>") + number(status) + "</h1><p>" + text(why) + "</p>")
      .to_string();
}

}  // namespace oxbow::web
