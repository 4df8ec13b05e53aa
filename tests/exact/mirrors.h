#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "job/progress.h"
#include "job/repository.h"
#include "job/state.h"

namespace oxbow::exact {

/// A mirror of one of the reference's bundles, "oxcaml" or "opam", made once a process in a
/// scratch folder that is gone at its end.
std::string mirror_of(std::string_view bundle);

/// The states of the reference's two stacks.
inline constexpr std::string_view oxcaml_main = "bed62c58bf9478e7e715498af4dd41923d81eb8e";
inline constexpr std::string_view opam_main = "0e4c2ad5797b36936168aa754570febf2f7e7b01";

/// A bundle's repository at a revision.
job::RepositoryTree tree_at(std::string_view bundle, std::string_view revision);

opam::Target reference_target(std::string_view compiler);

}  // namespace oxbow::exact
