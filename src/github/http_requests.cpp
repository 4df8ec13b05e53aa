#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/percent.h"
#include "github/http_answers.h"
#include "github/http_client.h"
#include "github/json_body.h"

// What is asked of GitHub, a request each.
namespace oxbow::github {
namespace {

std::string path(const Place& place, std::string_view rest) {
  const std::string_view name = place.repository;
  const std::size_t slash = std::min(name.find('/'), name.size());
  return "/repos/" + percent_encoded(name.substr(0, slash)) + "/" +
         percent_encoded(name.substr(std::min(slash + 1, name.size()))) + std::string(rest);
}

Failure not_understood(std::string_view what) {
  return {Failure::Kind::passing, fmt::format("GitHub's answer holds no {}", what), std::nullopt,
          false};
}

Answer<void> nothing_of(Answer<http::Answer> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  return {};
}

Answer<std::string> id_in(Answer<http::Answer> answer) {
  if (!answer) return std::unexpected(std::move(answer.error()));
  const auto id = id_of(answer->body);
  if (!id) return std::unexpected(not_understood("id"));
  return std::to_string(*id);
}

std::string text_body(std::string_view text) {
  JsonBody body;
  body.field("body", text);
  return body.text();
}

}  // namespace

Answer<std::int64_t> HttpClient::installation_of(const Place& place) {
  if (place.installation != 0) return place.installation;
  const auto known = installations_.find(place.repository);
  if (known != installations_.end()) return known->second;
  TRY_ASSIGN(const auto answer, as_app("GET", path(place, "/installation")));
  const auto id = id_of(answer.body);
  if (!id) return std::unexpected(not_understood("installation"));
  installations_[place.repository] = *id;
  return *id;
}

Answer<std::string> HttpClient::create_check(const Place& place, std::string_view body) {
  return id_in(ask(place, "POST", path(place, "/check-runs"), body));
}

Answer<void> HttpClient::update_check(const Place& place, std::string_view id,
                                      std::string_view body) {
  return nothing_of(ask(place, "PATCH", path(place, "/check-runs/" + percent_encoded(id)), body));
}

Answer<std::string> HttpClient::create_comment(const Place& place, std::int64_t pull,
                                               std::string_view text) {
  return id_in(
      ask(place, "POST", path(place, fmt::format("/issues/{}/comments", pull)), text_body(text)));
}

Answer<void> HttpClient::update_comment(const Place& place, std::string_view id,
                                        std::string_view text) {
  return nothing_of(
      ask(place, "PATCH", path(place, "/issues/comments/" + percent_encoded(id)), text_body(text)));
}

Answer<void> HttpClient::create_label(const Place& place, std::string_view name,
                                      std::string_view colour) {
  JsonBody body;
  body.field("name", name).field("color", colour);
  return nothing_of(ask(place, "POST", path(place, "/labels"), body.text()));
}

Answer<void> HttpClient::add_label(const Place& place, std::int64_t pull, std::string_view name) {
  JsonBody body;
  body.key("labels").open_list().value(name).close_list();
  return nothing_of(
      ask(place, "POST", path(place, fmt::format("/issues/{}/labels", pull)), body.text()));
}

Answer<void> HttpClient::remove_label(const Place& place, std::int64_t pull,
                                      std::string_view name) {
  return nothing_of(
      ask(place, "DELETE",
          path(place, fmt::format("/issues/{}/labels/{}", pull, percent_encoded(name)))));
}

Answer<void> HttpClient::react(const Place& place, std::string_view comment,
                               std::string_view content) {
  JsonBody body;
  body.field("content", content);
  return nothing_of(ask(place, "POST",
                        path(place, "/issues/comments/" + percent_encoded(comment) + "/reactions"),
                        body.text()));
}

Answer<void> HttpClient::redeliver(std::string_view delivery) {
  return nothing_of(
      as_app("POST", "/app/hook/deliveries/" + percent_encoded(delivery) + "/attempts"));
}

Answer<std::vector<RemoteCheck>> HttpClient::checks(const Place& place, std::string_view head,
                                                    std::string_view name) {
  TRY_ASSIGN(const auto pages,
             ask_pages(place, path(place, "/commits/" + percent_encoded(head) +
                                              "/check-runs?check_name=" + percent_encoded(name) +
                                              "&filter=all&per_page=100")));
  std::vector<RemoteCheck> checks;
  for (const http::Answer& page : pages) add_checks(page.body, checks);
  return checks;
}

Answer<std::vector<RemoteComment>> HttpClient::comments(const Place& place, std::int64_t pull) {
  const auto pages =
      ask_pages(place, path(place, fmt::format("/issues/{}/comments?per_page=100", pull)));
  if (!pages) return std::unexpected(pages.error());
  std::vector<RemoteComment> comments;
  for (const http::Answer& page : *pages) add_comments(page.body, comments);
  return comments;
}

Answer<std::vector<std::string>> HttpClient::labels(const Place& place, std::int64_t pull) {
  const auto pages =
      ask_pages(place, path(place, fmt::format("/issues/{}/labels?per_page=100", pull)));
  if (!pages) return std::unexpected(pages.error());
  std::vector<std::string> labels;
  for (const http::Answer& page : *pages) add_labels(page.body, labels);
  return labels;
}

Answer<Permission> HttpClient::permission(const Place& place, std::string_view user) {
  auto answer =
      ask(place, "GET", path(place, "/collaborators/" + percent_encoded(user) + "/permission"));
  // Who is not known there may do nothing.
  if (!answer && answer.error().kind == Failure::Kind::gone) return Permission::none;
  if (!answer) return std::unexpected(std::move(answer.error()));
  const auto permission = permission_of(answer->body);
  if (!permission) return std::unexpected(not_understood("permission"));
  return *permission;
}

Answer<PullRequest> HttpClient::pull(const Place& place, std::int64_t number) {
  auto answer = ask(place, "GET", path(place, fmt::format("/pulls/{}", number)));
  if (!answer) return std::unexpected(std::move(answer.error()));
  auto pull = pull_of(answer->body);
  if (!pull) return std::unexpected(not_understood("pull request"));
  return std::move(*pull);
}

Answer<std::vector<FailedDelivery>> HttpClient::failed_deliveries(std::string_view since) {
  TRY_ASSIGN(const auto answer, as_app("GET", "/app/hook/deliveries?per_page=100"));
  std::vector<RemoteDelivery> deliveries;
  add_deliveries(answer.body, deliveries);
  // The newest come first: a GUID that has succeeded later is done with.
  std::set<std::string> settled;
  std::vector<FailedDelivery> failed;
  for (const RemoteDelivery& delivery : deliveries) {
    if (delivery.delivered_at < since || !settled.insert(delivery.guid).second) continue;
    if (!delivery.succeeded) failed.push_back({delivery.id, delivery.guid});
  }
  return failed;
}

}  // namespace oxbow::github
