#pragma once

#include <string>

#include "plan/installability.h"
#include "plan/layers.h"
#include "plan/solved_state.h"

namespace oxbow::report {

/// One root as `oxbow solve --json` prints it, a line without the newline:
///   root      = {"root": ID, "ok": true, "packages": {ID: package, …}}
///             | {"root": ID, "ok": false, "explanation": [constraints, …]}
///   package   = {"deps": [ID, …], "build_id": HEX | null, "key": HEX, "day10_key": HEX | null}
///   constraints = {"name": NAME, "constraints": [TEXT, …]}
/// ID is NAME.VERSION. `packages` are those that the root reaches, by ID; `deps` are among them,
/// by ID. `build_id` is null where opam leaves it undefined, `day10_key` where the dependencies
/// form a cycle.
std::string solved_root_json(const plan::SolvedState& state, const plan::SolvedRoot& root,
                             plan::TreeKeys& tree_keys);
std::string unsolved_root_json(const plan::Installability& root);

}  // namespace oxbow::report
