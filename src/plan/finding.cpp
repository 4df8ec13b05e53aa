#include "plan/finding.h"

#include <cstdlib>

namespace oxbow::plan {

std::string_view name(Level level) {
  switch (level) {
    case Level::error: return "error";
    case Level::warning: return "warning";
    case Level::note: return "note";
  }
  std::abort();
}

}  // namespace oxbow::plan
