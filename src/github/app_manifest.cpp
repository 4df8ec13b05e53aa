#include "github/app_manifest.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "github/json_body.h"
#include "github/payload.h"

namespace oxbow::github {

std::string app_manifest(std::string_view name, std::string_view url, std::string_view redirect) {
  static constexpr std::array<std::string_view, 6> events = {
      "check_run", "check_suite", "issue_comment", "merge_group", "pull_request", "push"};
  static constexpr std::array rights = {std::pair("checks", "write"), std::pair("issues", "write"),
                                        std::pair("pull_requests", "write"),
                                        std::pair("contents", "read"),
                                        std::pair("metadata", "read")};
  JsonBody body;
  body.field("name", name).field("url", url).field("redirect_url", redirect);
  body.key("hook_attributes").open().field("url", std::string(url) + "/webhook").close();
  body.key("default_permissions").open();
  for (const auto& [right, level] : rights) {
    body.field(right, std::string_view(level));
  }
  body.close();
  body.key("default_events").open_list();
  for (const std::string_view event : events) body.value(event);
  body.close_list();
  return body.text();
}

std::optional<NewApp> parse_new_app(std::string_view body) {
  Payload payload(body);
  NewApp app;
  app.id = std::to_string(payload.integer({"id"}));
  app.slug = payload.text({"slug"});
  app.key = payload.text({"pem"});
  app.webhook_secret = payload.text({"webhook_secret"});
  // It goes into a configuration and an address.
  const bool is_slug =
      std::ranges::all_of(app.slug, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
  if (payload.error() || !is_slug) return std::nullopt;
  return app;
}

}  // namespace oxbow::github
