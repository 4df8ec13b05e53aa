#include "cache/key.h"

#include <algorithm>

namespace oxbow::cache {

bool is_layer_key(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= longest_layer_key && text.front() != '.' &&
         std::ranges::all_of(text, allowed) && text != "base" && !text.ends_with(".lock");
}

}  // namespace oxbow::cache
