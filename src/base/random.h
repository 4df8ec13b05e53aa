#pragma once

#include <string>

#include "base/error.h"

namespace oxbow {

/// 32 hexadecimal digits that nobody can guess, of the kernel's randomness (128 bits).
Result<std::string> random_text();

}  // namespace oxbow
