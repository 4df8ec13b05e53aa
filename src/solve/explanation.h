#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "opam/package_id.h"
#include "solve/universe.h"

namespace oxbow::solve {

/// One constraint of an explanation: in words, and whose it is.
struct Constraint {
  std::string text;
  opam::PackageId package;
};

/// The constraints on one name that cannot all be met.
struct NamedConstraints {
  std::string name;
  std::vector<Constraint> constraints;
};

/// Explanation is why a root has no solution: constraints that together refute it, by the name
/// that they are on, the nearest to the root first.
using Explanation = std::vector<NamedConstraints>;

/// How much work an explanation is worth: a quick one may name constraints that it does not need;
/// of a minimal one all are needed, and it takes some milliseconds.
enum class Effort : std::uint8_t { quick, minimal };

/// Background is a kind of constraints that tell a reader nothing and are only counted: those of
/// some packages on some names.
struct Background {
  std::string name;  ///< what they are called, as the last name of the explanation
  std::function<bool(const opam::PackageId& package, std::string_view on)> contains;
};

/// Explains a root that has no solution. The same universe and root give the same explanation.
Explanation explain(const Universe& universe, PackageIndex root, Effort effort,
                    const Background& background);

}  // namespace oxbow::solve
