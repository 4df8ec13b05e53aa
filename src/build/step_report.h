#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "build/step_graph.h"

namespace oxbow::build {

/// StepReport is what `oxbow build-layer --json` says of its step. Its text is one line of JSON in
/// ASCII, ended by a newline:
///   report  = { "version": 1, "outcome": outcome, "trouble": trouble, "message": text,
///               "seconds": number, "found": bool, "busy": bool }
///   outcome = "success" | "failure" | "timed_out" | "cancelled" | "internal_error"
///   trouble = "none" | "source_unavailable" | "out_of_memory" | "disk_full" | "sandbox"
/// The members are those of StepResult. Where busy is true, another process is building the layer,
/// nothing was done, and the rest says nothing.
struct StepReport {
  StepResult result;
  bool busy = false;
};

std::string to_json(const StepReport& report);

/// The error says what is wrong with which member.
Result<StepReport> parse_step_report(std::string_view json);

}  // namespace oxbow::build
