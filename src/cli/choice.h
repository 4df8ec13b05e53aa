#pragma once

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"

namespace oxbow::cli {

template <typename T>
using Choices = std::vector<std::pair<std::string, T>>;

/// Adds an option that takes one of a few words, whatever their case; the help names them all, and
/// the first one as the default where `has_default`. (CLI11 alone would print an enumerator of one
/// byte as that byte.)
template <typename T, typename Variable>
CLI::Option* add_choice(CLI::App& command, const std::string& name, Variable& variable,
                        const std::string& what, Choices<T> choices, bool has_default) {
  std::string words;
  for (const auto& [word, value] : choices) words += (words.empty() ? "" : "|") + word;
  const auto find = [choices](const std::string& wanted) {
    const auto found = std::ranges::find_if(
        choices, [&](const auto& choice) { return is_same_but_for_case(choice.first, wanted); });
    return found == choices.end() ? std::optional<T>() : std::optional<T>(found->second);
  };
  CLI::Option* const option = command.add_option_function<std::string>(
      name,
      [&variable, find](const std::string& word) {
        const T chosen = *find(word);
        variable = chosen;
      },
      what);
  option->type_name(words);
  option->check([find, words](const std::string& word) {
    return find(word) ? std::string() : "'" + word + "' is not one of " + words;
  });
  if (has_default) option->default_str(choices.front().first);
  return option;
}

}  // namespace oxbow::cli
