#pragma once

#include <cstdint>

namespace oxbow {

/// The id of the user, and of the group, in whose name packages are built, in every base.
inline constexpr std::uint32_t build_user = 1000;

}  // namespace oxbow
