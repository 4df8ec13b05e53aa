#include "github/http_answers.h"

#include <functional>

#include "github/payload.h"

namespace oxbow::github {
namespace {

using Json = rapidjson::Value;

std::string text(const Json& object, const char* name) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return "";
  return {member->value.GetString(), member->value.GetStringLength()};
}

std::string id(const Json& object) {
  const auto member = object.FindMember("id");
  if (member == object.MemberEnd() || !member->value.IsInt64()) return "";
  return std::to_string(member->value.GetInt64());
}

// Hands over the objects of a list, which is the body itself or a member of it.
void each(std::string_view body, const char* list, const std::function<void(const Json&)>& take) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (document.HasParseError()) return;
  const Json* elements = &document;
  if (list != nullptr) {
    if (!document.IsObject() || !document.HasMember(list)) return;
    elements = &document[list];
  }
  if (!elements->IsArray()) return;
  for (const Json& element : elements->GetArray()) {
    if (element.IsObject()) take(element);
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

std::optional<RemotePull> pull_of(std::string_view body) {
  Payload payload(body);
  RemotePull pull;
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
  each(body, "check_runs", [&](const Json& check) {
    checks.push_back({id(check), text(check, "external_id"), text(check, "status")});
  });
}

void add_comments(std::string_view body, std::vector<RemoteComment>& comments) {
  each(body, nullptr, [&](const Json& comment) {
    RemoteComment read{id(comment), "", text(comment, "body")};
    const auto user = comment.FindMember("user");
    if (user != comment.MemberEnd() && user->value.IsObject()) {
      read.author = text(user->value, "login");
    }
    comments.push_back(std::move(read));
  });
}

void add_labels(std::string_view body, std::vector<std::string>& labels) {
  each(body, nullptr, [&](const Json& label) { labels.push_back(text(label, "name")); });
}

void add_deliveries(std::string_view body, std::vector<RemoteDelivery>& deliveries) {
  each(body, nullptr, [&](const Json& delivery) {
    const auto code = delivery.FindMember("status_code");
    const bool succeeded =
        code != delivery.MemberEnd() && code->value.IsInt() && code->value.GetInt() / 100 == 2;
    deliveries.push_back(
        {id(delivery), text(delivery, "guid"), succeeded, text(delivery, "delivered_at")});
  });
}

}  // namespace oxbow::github
