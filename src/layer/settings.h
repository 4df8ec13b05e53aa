#pragma once

#include "fetch/fetch.h"
#include "sandbox/sandbox.h"

namespace oxbow::layer {

/// How layers are built: what the person who runs oxbow decides.
struct BuildSettings {
  sandbox::Limits limits{};
  fetch::FetchSettings fetch{};
  unsigned jobs = 1;            ///< that a build may run at once (opam's `jobs`)
  bool rebuild_failed = false;  ///< build a layer again that is there as a failure
};

}  // namespace oxbow::layer
