#include "github/http_answers.h"

#include <functional>

#include "github/payload.h"

namespace oxbow::github {
namespace {

std::string text(JsonValue object, std::string_view name) {
  const auto member = object.find(name);
  return std::string(member ? member->text().value_or("") : "");
}

std::optional<std::int64_t> integer(JsonValue object, std::string_view name) {
  const auto member = object.find(name);
  return member ? member->integer() : std::nullopt;
}

std::string id(JsonValue object) {
  const auto number = integer(object, "id");
  return number ? std::to_string(*number) : "";
}

// Hands over the objects of a list, which is the body itself or a member of it.
void each(std::string_view body, const char* list, const std::function<void(JsonValue)>& take) {
  const auto document = JsonDocument::parse(body, "the answer");
  if (!document) return;
  const auto elements =
      list != nullptr ? document->top().find(list) : std::optional(document->top());
  if (!elements) return;
  for (const JsonValue element : elements->elements()) {
    if (element.is_object()) take(element);
  }
}

}  // namespace

std::string token_of(std::string_view body) { return Payload(body).text_or_empty({"token"}); }

std::optional<std::int64_t> id_of(std::string_view body) {
  Payload payload(body);
  const std::int64_t number = payload.integer({"id"});
  if (payload.error()) return std::nullopt;
  return number;
}

std::optional<Permission> permission_of(std::string_view body) {
  const std::string name = Payload(body).text_or_empty({"permission"});
  if (name == "admin") return Permission::admin;
  if (name == "write" || name == "maintain") return Permission::write;
  if (name == "read" || name == "triage") return Permission::read;
  if (name == "none") return Permission::none;
  return std::nullopt;
}

std::optional<PullRequest> pull_of(std::string_view body) {
  Payload payload(body);
  PullRequest pull;
  pull.number = payload.integer({"number"});
  pull.title = payload.text_or_empty({"title"});
  pull.author = payload.text({"user", "login"});
  pull.head = payload.commit({"head", "sha"});
  pull.base_branch = payload.text({"base", "ref"});
  pull.draft = payload.flag_or_false({"draft"});
  pull.open = payload.text_or_empty({"state"}) == "open";
  pull.updated_at = payload.text_or_empty({"updated_at"});
  if (payload.error()) return std::nullopt;
  return pull;
}

void add_checks(std::string_view body, std::vector<RemoteCheck>& checks) {
  each(body, "check_runs",
       [&](JsonValue check) { checks.push_back({id(check), text(check, "external_id")}); });
}

void add_comments(std::string_view body, std::vector<RemoteComment>& comments) {
  each(body, nullptr, [&](JsonValue comment) {
    RemoteComment read{id(comment), "", text(comment, "body")};
    if (const auto user = comment.find("user")) read.author = text(*user, "login");
    comments.push_back(std::move(read));
  });
}

void add_labels(std::string_view body, std::vector<std::string>& labels) {
  each(body, nullptr, [&](JsonValue label) { labels.push_back(text(label, "name")); });
}

void add_deliveries(std::string_view body, std::vector<RemoteDelivery>& deliveries) {
  each(body, nullptr, [&](JsonValue delivery) {
    const bool succeeded = integer(delivery, "status_code").value_or(0) / 100 == 2;
    deliveries.push_back(
        {id(delivery), text(delivery, "guid"), succeeded, text(delivery, "delivered_at")});
  });
}

}  // namespace oxbow::github
