#include "github/check_run.h"

#include <algorithm>

#include "github/json_body.h"

namespace oxbow::github {
namespace {

constexpr std::string_view cut_mark = "\n\n… cut here: this is as much as GitHub takes.";
constexpr std::size_t title_characters = 255;
constexpr std::size_t message_characters = 4'000;

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// At most so many characters, with `mark` as the last of them if some were cut off.
std::string cut(std::string_view text, std::size_t characters, std::string_view mark) {
  const auto length = static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
  if (length <= characters) return std::string(text);
  const auto room =
      characters - static_cast<std::size_t>(std::ranges::count_if(mark, begins_character));
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++at) {
    if (begins_character(text[at]) && seen++ == room) break;
  }
  return std::string(text.substr(0, at)).append(mark);
}

std::string_view name(CheckRun::Status status) {
  switch (status) {
    case CheckRun::Status::queued: return "queued";
    case CheckRun::Status::in_progress: return "in_progress";
    case CheckRun::Status::completed: break;
  }
  return "completed";
}

std::string_view name(Annotation::Level level) {
  switch (level) {
    case Annotation::Level::notice: return "notice";
    case Annotation::Level::warning: return "warning";
    case Annotation::Level::failure: break;
  }
  return "failure";
}

// The member "output", with the annotations from `first` on that one request may have.
void add_output(JsonBody& body, const CheckRun& check, std::size_t first) {
  body.key("output").open();
  body.field("title", cut(check.title, title_characters, "…"));
  body.field("summary", cut(check.summary, output_characters, cut_mark));
  if (first == 0 && !check.text.empty()) {
    body.field("text", cut(check.text, output_characters, cut_mark));
  }
  const std::size_t end = std::min(first + annotations_a_request, check.annotations.size());
  if (first < end) {
    body.key("annotations").open_list();
    for (std::size_t i = first; i < end; ++i) {
      const Annotation& annotation = check.annotations[i];
      body.open();
      body.field("path", annotation.path);
      body.field("start_line", annotation.line);
      body.field("end_line", annotation.line);
      body.field("annotation_level", name(annotation.level));
      body.field("message", cut(annotation.message, message_characters, "…"));
      body.close();
    }
    body.close_list();
  }
  body.close();
}

void add_buttons(JsonBody& body, const CheckRun& check) {
  if (check.buttons.empty()) return;
  body.key("actions").open_list();
  for (std::size_t i = 0; i < std::min(buttons, check.buttons.size()); ++i) {
    const Button& button = check.buttons[i];
    body.open();
    body.field("label", cut(button.label, button_label_characters, "…"));
    body.field("description", cut(button.description, button_description_characters, "…"));
    body.field("identifier", button.identifier.substr(0, button_identifier_characters));
    body.close();
  }
  body.close_list();
}

}  // namespace

std::vector<std::string> check_requests(const CheckRun& check) {
  JsonBody body;
  body.field("name", check.name).field("head_sha", check.head);
  body.field("external_id", check.external_id);
  if (!check.details_url.empty()) body.field("details_url", check.details_url);
  body.field("status", name(check.status));
  if (!check.started_at.empty()) body.field("started_at", check.started_at);
  if (check.status == CheckRun::Status::completed) {
    body.field("conclusion", check.conclusion);
    if (!check.completed_at.empty()) body.field("completed_at", check.completed_at);
  }
  add_output(body, check, 0);
  if (check.status == CheckRun::Status::completed) add_buttons(body, check);
  std::vector<std::string> bodies = {body.text()};
  for (std::size_t at = annotations_a_request; at < check.annotations.size();
       at += annotations_a_request) {
    JsonBody more;
    add_output(more, check, at);
    bodies.push_back(more.text());
  }
  return bodies;
}

std::string join_requests(const std::vector<std::string>& bodies) {
  std::string list = "[";
  for (const std::string& body : bodies) list += (list.size() > 1 ? ",\n" : "") + body;
  return list + "]";
}

std::optional<std::vector<std::string>> split_requests(std::string_view list) {
  const auto document = JsonDocument::parse(list, "a list of requests");
  if (!document || !document->top().is_list()) return std::nullopt;
  std::vector<std::string> bodies;
  for (const JsonValue body : document->top().elements()) bodies.push_back(body.to_json());
  return bodies;
}

}  // namespace oxbow::github
