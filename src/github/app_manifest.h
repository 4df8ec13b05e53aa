#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oxbow::github {

/// What GitHub is asked to make an app of, as JSON: all rights and events that the bot needs at
/// once, since adding one later has to be approved again. `url` is where the bot will be reached,
/// `redirect` where GitHub sends the browser with the code.
std::string app_manifest(std::string_view name, std::string_view url, std::string_view redirect);

/// An app that GitHub has just made.
struct NewApp {
  std::string id;
  std::string slug;
  std::string key;  ///< in PEM
  std::string webhook_secret;
};

/// Reads GitHub's answer to a code; none if it is not such an answer.
std::optional<NewApp> parse_new_app(std::string_view body);

}  // namespace oxbow::github
