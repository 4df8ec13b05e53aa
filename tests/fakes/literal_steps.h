#pragma once

#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "schedule/step_graph.h"

namespace oxbow::schedule {

/// LiteralSteps is a graph from a text: "a:3 b:2<a c<a,b" is three steps a, b and c, of which the
/// first takes three seconds, the second stands on it, and the third takes no one knows how long.
/// What a step stands on is named before it.
struct LiteralSteps {
  explicit LiteralSteps(const std::string& text) {
    std::istringstream words(text);
    for (std::string word; words >> word;) {
      Step step;
      const std::string head = word.substr(0, word.find('<'));
      if (const std::size_t colon = head.find(':'); colon != std::string::npos) {
        step.expected = std::strtod(head.c_str() + colon + 1, nullptr);
      }
      const std::string name = head.substr(0, head.find(':'));
      if (head.size() < word.size()) {
        std::istringstream deps(word.substr(head.size() + 1));
        for (std::string dep; std::getline(deps, dep, ',');) step.deps.push_back(steps.at(dep));
      }
      steps.emplace(name, StepIndex(graph.steps.size()));
      names.push_back(name);
      graph.steps.push_back(std::move(step));
    }
  }

  StepIndex operator[](const std::string& name) const { return steps.at(name); }
  const std::string& name(StepIndex step) const { return names[index(step)]; }

  StepGraph graph;
  std::map<std::string, StepIndex> steps;
  std::vector<std::string> names;
};

}  // namespace oxbow::schedule
