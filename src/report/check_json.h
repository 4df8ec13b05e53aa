#pragma once

#include <string>

#include "report/check_report.h"

namespace oxbow::report {

/// The check as one line of JSON, in ASCII, ended by a newline; what json.h says of the plan's
/// holds of this as well.
///
///   check = {
///     "version":     1
///     "bad_news":    boolean         whether the author of the change must hear of anything
///     "interrupted": boolean
///     "limit":       number or null  of steps, if there was one
///     "seconds":     number          that the run took
///     "cache":       text
///     "sandbox":     text
///     "plan":        report          as json.h has it, with a version of its own
///     "targets":     [target]        beside those of the plan
///   }
///   target = {
///     "verdicts":    {verdict: number}  of roots; all verdicts, in the order below
///     "roots":       [root]
///     "layers":      [layer]  of the head, in the order in which they are built
///     "base_layers": [layer]  of the base, those that were built to compare with
///   }
///   root = {
///     "package":    text
///     "verdict":    verdict
///     "base":       outcome | "absent" | "not_built"
///     "head":       outcome | "absent" | "not_built"
///     "failed_key": text or null  the layer that is to blame, its own or one below
///   }
///   verdict = "unchanged" | "regressed" | "fixed" | "still_failing" | "added" | "added_failing"
///           | "removed" | "newly_uninstallable" | "newly_installable" | "unknown"
///   layer = {
///     "package":     text
///     "key":         text
///     "in_cone":     boolean       or a dependency that the cache lacked
///     "cached":      boolean       its outcome was in the cache: nothing was run
///     "outcome":     outcome
///     "trouble":     trouble or null
///     "message":     text or null  of trouble
///     "seconds":     number        that the build took; 0 is unknown
///     "attempts":    number
///     "failed_key":  text or null  of dependency_failed: the layer that failed itself
///     "error":       text or null  the first line of the log that says what went wrong; null
///                                  where the build did not fail itself
///     "fingerprint": text or null  the same for errors that say the same
///     "log":         text or null  end of the log, as a terminal would leave it
///     "reproduce":   text or null  a command for a shell
///   }
///   outcome = "success" | "failure" | "dependency_failed" | "no_solution" | "timed_out"
///           | "cancelled" | "internal_error"
///   trouble = "source_unavailable" | "out_of_memory" | "disk_full" | "sandbox"
std::string to_json(const CheckReport& report);

}  // namespace oxbow::report
