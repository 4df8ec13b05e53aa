#include "layer/task.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <optional>

#include "base/json_writer.h"

namespace oxbow::layer {
namespace {

constexpr std::uint64_t task_version = 2;

class TaskJson : public JsonWriter<TaskJson> {
 public:
  using JsonWriter::value;

  TaskJson() : JsonWriter(JsonText::as_it_is) {}

  void value(const BuildSettings& settings) {
    open();
    field("memory", settings.limits.memory);
    field("disk", settings.limits.disk);
    field("processes", settings.limits.processes);
    field("seconds", settings.limits.time.count());
    field("log", settings.limits.log);
    field("jobs", settings.jobs);
    field("rebuild_failed", settings.rebuild_failed);
    field("fetch", settings.fetch);
    close();
  }

  void value(const fetch::FetchSettings& settings) {
    open();
    field("private_addresses", settings.policy.private_addresses);
    field("local_files", settings.policy.local_files);
    field("mirrors", settings.mirrors);
    close();
  }
};

// None, and an error, where the member is not an object.
std::optional<JsonValue> object_in(JsonReader& read, JsonValue object, std::string_view name) {
  const auto value = object.find(name);
  if (value && value->is_object()) return value;
  read.fail_at(name, value ? "is not an object" : "is missing");
  return std::nullopt;
}

BuildSettings read_settings(JsonReader& read, JsonValue object) {
  const auto number = [&](const char* name, std::uint64_t most) {
    const std::uint64_t value = read.count(object, name);
    if (value == 0 || value > most) read.fail_at(name, fmt::format("is not from 1 to {}", most));
    return value;
  };
  constexpr std::uint64_t any = std::numeric_limits<std::int64_t>::max();
  constexpr std::uint64_t small = std::numeric_limits<std::int32_t>::max();
  BuildSettings settings;
  settings.limits.memory = number("memory", any);
  settings.limits.disk = number("disk", any);
  settings.limits.processes = static_cast<std::uint32_t>(number("processes", small));
  settings.limits.time = std::chrono::seconds(number("seconds", small));
  settings.limits.log = number("log", any);
  settings.jobs = static_cast<unsigned>(number("jobs", small));
  settings.rebuild_failed = read.boolean(object, "rebuild_failed");
  if (const auto fetch = object_in(read, object, "fetch")) {
    settings.fetch.policy.private_addresses = read.boolean(*fetch, "private_addresses");
    settings.fetch.policy.local_files = read.boolean(*fetch, "local_files");
    settings.fetch.mirrors = read.texts(*fetch, "mirrors");
  }
  return settings;
}

}  // namespace

std::string to_json(const Task& task) {
  TaskJson json;
  json.open();
  json.field("version", task_version);
  json.raw_field("recipe", to_json(task.recipe));
  json.field("settings", task.settings);
  json.close();
  return json.text();
}

Result<Task> parse_task(std::string_view json) {
  JsonReader read(json, "the layer's task");
  if (const std::uint64_t version = read.count(read.top(), "version"); version != task_version) {
    read.fail_at("version",
                 fmt::format("is {}, and must be {}: the program that wrote it and this one are of "
                             "different versions",
                             version, task_version));
  }
  Task task;
  if (const auto recipe = object_in(read, read.top(), "recipe")) {
    task.recipe = read_recipe(read, *recipe);
  }
  if (const auto settings = object_in(read, read.top(), "settings")) {
    task.settings = read_settings(read, *settings);
  }
  if (read.error()) return std::unexpected(*read.error());
  return task;
}

}  // namespace oxbow::layer
