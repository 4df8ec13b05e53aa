#include "tests/needs.h"

#include <unistd.h>

#include <filesystem>

const char* oxbow::tests::missing() {
  const bool ready = std::filesystem::exists(OXBOW_WORLD "/cache/debian-12-x86_64/base/fs") &&
                     std::filesystem::exists(OXBOW_WORLD "/sources");
  if (ready && geteuid() == 0) return nullptr;
  return "run tests/world/prepare, and this, as root";
}
