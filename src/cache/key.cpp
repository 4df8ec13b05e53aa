#include "cache/key.h"

#include <algorithm>

#include "base/ascii.h"
#include "cache/layout.h"

namespace oxbow::cache {

bool is_layer_key(std::string_view text) {
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= longest_layer_key && text.front() != '.' &&
         std::ranges::all_of(text, allowed) && text != base_folder && !text.ends_with(lock_suffix);
}

}  // namespace oxbow::cache
