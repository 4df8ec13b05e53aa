#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "verdict/outcome.h"

namespace oxbow::layer {

/// LayerResult is what the making of one layer came to.
struct LayerResult {
  verdict::Outcome outcome = verdict::Outcome::cancelled;
  verdict::Trouble trouble = verdict::Trouble::none;
  std::string message;  ///< why, in a line; of a failure only where its log does not say
  double seconds = 0;   ///< that opam and keeping what it added took
  bool found = false;   ///< another process built it meanwhile
};

/// LayerReport is what `oxbow build-layer --json` says of its layer. Its text is one line of JSON
/// in ASCII, ended by a newline:
///   report  = { "version": 1, "outcome": outcome, "trouble": trouble, "message": text,
///               "seconds": number, "found": bool, "busy": bool }
///   outcome = "success" | "failure" | "timed_out" | "cancelled" | "internal_error"
///   trouble = "none" | "source_unavailable" | "out_of_memory" | "disk_full" | "sandbox"
/// The members are those of LayerResult. Where busy is true, another process is building the layer,
/// nothing was done, and the rest says nothing.
struct LayerReport {
  LayerResult result;
  bool busy = false;
};

std::string to_json(const LayerReport& report);

/// The error says what is wrong with which member.
Result<LayerReport> parse_layer_report(std::string_view json);

}  // namespace oxbow::layer
