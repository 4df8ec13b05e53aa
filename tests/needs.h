#pragma once

namespace oxbow::tests {

/// What a test program needs and does not find, in words that say how to get it; nullptr if it has
/// all. Each program defines it; needs_nothing.cpp does for most.
const char* missing();

}  // namespace oxbow::tests
