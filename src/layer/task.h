#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "layer/recipe.h"
#include "layer/settings.h"

namespace oxbow::layer {

/// Task is what `oxbow build-layer` is given: a layer, and how it is to be built. Its text is JSON:
///   task     = { "version": 2, "recipe": recipe, "settings": settings }
///   settings = { "memory": bytes, "disk": bytes, "processes": int, "seconds": int, "log": bytes,
///                "jobs": int, "rebuild_failed": bool, "fetch": fetch }
///   fetch    = { "private_addresses": bool, "local_files": bool, "mirrors": [ text ] }
/// with the recipe of recipe.h and the numbers of BuildSettings, all more than 0. What one download
/// may take is not a setting. Version 1 was a recipe alone.
struct Task {
  Recipe recipe;
  BuildSettings settings;
};

std::string to_json(const Task& task);

/// The error says what is wrong with which member.
Result<Task> parse_task(std::string_view json);

}  // namespace oxbow::layer
