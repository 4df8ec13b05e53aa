#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::github {

// GitHub's limits.
inline constexpr std::size_t output_characters = 65'535;  ///< of a summary, of a text
inline constexpr std::size_t annotations_a_request = 50;
inline constexpr std::size_t buttons = 3;
inline constexpr std::size_t button_label_characters = 20;
inline constexpr std::size_t button_description_characters = 40;
inline constexpr std::size_t button_identifier_characters = 20;

struct Annotation {
  std::string path;
  std::size_t line = 1;
  enum class Level : std::uint8_t { notice, warning, failure };
  Level level = Level::notice;
  std::string message;
};

struct Button {
  std::string label;
  std::string description;
  std::string identifier;  ///< comes back as CheckRunEvent::requested
};

/// CheckRun is a check run as GitHub is to show it.
struct CheckRun {
  std::string name;
  std::string head;
  std::string external_id;
  std::string details_url;
  enum class Status : std::uint8_t { queued, in_progress, completed };
  Status status = Status::queued;
  std::string conclusion;  ///< of a completed one: "success", "failure", "neutral", "cancelled",
                           ///< "timed_out", "action_required", "skipped"
  std::string started_at;  ///< "2026-11-26T12:00:00Z"; may be empty
  std::string completed_at;
  std::string title;
  std::string summary;  ///< Markdown
  std::string text;     ///< Markdown; may be empty
  std::vector<Annotation> annotations;
  std::vector<Button> buttons;  ///< shown on a completed one
};

/// The bodies of the requests that make GitHub show it: the first for the POST or PATCH, those
/// that follow to be PATCHed after it, which add annotations. Texts beyond GitHub's limits are cut
/// at a character, and say so; buttons beyond the third are left out.
std::vector<std::string> check_requests(const CheckRun& check);

/// What a Publication of a check holds: the bodies, as a JSON list; and back.
std::string join_requests(const std::vector<std::string>& bodies);
std::optional<std::vector<std::string>> split_requests(std::string_view list);

}  // namespace oxbow::github
