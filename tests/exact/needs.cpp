#include "tests/needs.h"

#include <cstdlib>

const char* oxbow::tests::missing() {
  if (std::getenv("OXBOW_DATA") != nullptr) return nullptr;
  return "set OXBOW_DATA to the folder that has the reference's answers";
}
