#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/solve/formula.h"

namespace oxbow::solve {

/// A version and its place in opam's order, where some share one.
struct RankedVersion {
  std::string_view text;
  int rank;
};

/// By text within one rank, as candidates are.
inline constexpr std::array<RankedVersion, 7> ranked_versions = {{
    {"1~rc", 0},
    {"01", 1},
    {"1", 1},
    {"1.5", 2},
    {"1.5.0", 3},
    {"2+x", 4},
    {"2+x0", 4},
}};

inline int rank_of(std::string_view version) {
  return std::ranges::find(ranked_versions, version, &RankedVersion::text)->rank;
}

/// A constraint `op version`; no op is none.
struct Comparison {
  std::string_view op;
  std::string_view version;

  bool holds(std::string_view candidate) const {
    const int order = rank_of(candidate) - rank_of(version);
    if (op == "=") return order == 0;
    if (op == "!=") return order != 0;
    if (op == "<") return order < 0;
    if (op == "<=") return order <= 0;
    if (op == ">") return order > 0;
    return order >= 0;
  }
};

/// A formula as it stands in a file, a list of comparisons at each name: all or any of them.
struct Tree {
  enum class Kind { atom, all, any };

  Kind kind = Kind::atom;
  std::string name;
  std::vector<Comparison> comparisons;
  bool any_comparison = false;
  bool post = false;
  bool in_parentheses = false;  ///< where they are not needed
  std::vector<Tree> operands;

  bool allows(std::string_view version) const {
    const auto holds = [&](const Comparison& one) { return one.holds(version); };
    if (comparisons.empty()) return true;
    return any_comparison ? std::ranges::any_of(comparisons, holds)
                          : std::ranges::all_of(comparisons, holds);
  }

  /// `inside` is whether parentheses may be needed.
  std::string text(bool inside = false) const {
    if (kind == Kind::atom) return atom_text();
    std::string text;
    for (const Tree& operand : operands) {
      if (!text.empty()) text += kind == Kind::all ? " & " : " | ";
      text += operand.text(kind == Kind::all);
    }
    return inside || in_parentheses ? "(" + text + ")" : text;
  }

 private:
  std::string atom_text() const {
    std::string inner;
    for (const Comparison& one : comparisons) {
      if (!inner.empty()) inner += any_comparison ? " | " : " & ";
      inner += std::string(one.op) + " \"" + std::string(one.version) + "\"";
    }
    if (post) inner = inner.empty() ? "post" : "post & (" + inner + ")";
    return "\"" + name + "\"" + (inner.empty() ? "" : " {" + inner + "}");
  }
};

struct RandomVersion {
  std::string version;
  bool available = true;
  bool avoid = false;
  std::vector<Tree> depends{};
  std::vector<Tree> conflicts{};
  std::vector<std::string> depopts{};
  std::vector<std::string> classes{};
};

/// A small random repository: names with versions, some of them equal in opam's order, some to be
/// avoided, that need and refuse each other. "ocaml" is the compiler, "n0" has no version.
class RandomRepository {
 public:
  std::map<std::string, std::vector<RandomVersion>> versions;

  explicit RandomRepository(std::uint32_t seed) : dice_(seed) {
    const std::uint32_t count = 4 + dice_.roll(5);
    for (std::uint32_t i = 1; i <= count; ++i) names_.push_back("n" + std::to_string(i));
    names_.emplace_back("ocaml");
    for (const std::string& name : names_) {
      for (const RankedVersion& version : ranked_versions) {
        if (versions[name].empty() || dice_.chance(35)) {
          if (dice_.chance(25)) continue;
          versions[name].push_back(random_version(version.text));
        }
      }
    }
    if (versions["ocaml"].empty()) versions["ocaml"].push_back({"1"});
  }

  std::string text() const {
    std::string text;
    for (const auto& [name, all] : versions) {
      for (const RandomVersion& one : all) text += package_text(name, one);
    }
    return text;
  }

  /// Adds, removes or rewrites one version; "n0" may get its first.
  void change() {
    const std::string name = dice_.chance(10) ? "n0" : names_[dice_.roll(names_.size())];
    const std::string_view version = ranked_versions[dice_.roll(ranked_versions.size())].text;
    std::vector<RandomVersion>& all = versions[name];
    const std::size_t before = all.size();
    std::erase_if(all, [&](const RandomVersion& one) { return one.version == version; });
    if (all.size() == before || dice_.chance(60)) all.push_back(random_version(version));
  }

  std::string compiler() const { return "ocaml." + versions.at("ocaml").front().version; }

 private:
  std::string random_name() { return dice_.chance(4) ? "n0" : names_[dice_.roll(names_.size())]; }

  RandomVersion random_version(std::string_view text) {
    RandomVersion made{std::string(text)};
    made.available = !dice_.chance(7);
    made.avoid = dice_.chance(15);
    for (std::uint32_t i = dice_.roll(4); i > 0; --i) made.depends.push_back(random_tree(2));
    if (dice_.chance(35)) made.conflicts.push_back(random_tree(1));
    if (dice_.chance(10)) made.conflicts.push_back(random_tree(2));
    if (dice_.chance(30)) made.depopts.push_back(random_name());
    if (dice_.chance(15)) made.classes.emplace_back(dice_.chance(50) ? "x" : "y");
    return made;
  }

  Tree random_tree(int depth) {
    Tree tree;
    if (depth > 0 && dice_.chance(30)) {
      tree.kind = dice_.chance(65) ? Tree::Kind::any : Tree::Kind::all;
      tree.in_parentheses = dice_.chance(50);
      for (std::uint32_t i = 2 + dice_.roll(2); i > 0; --i) {
        tree.operands.push_back(random_tree(depth - 1));
      }
      return tree;
    }
    constexpr std::array<std::string_view, 6> ops = {"=", "!=", "<", "<=", ">", ">="};
    tree.name = random_name();
    tree.post = dice_.chance(10);
    tree.any_comparison = dice_.chance(30);
    for (std::uint32_t i = dice_.chance(65) ? 0 : 1 + dice_.roll(2); i > 0; --i) {
      tree.comparisons.push_back(
          {ops[dice_.roll(ops.size())], ranked_versions[dice_.roll(ranked_versions.size())].text});
    }
    return tree;
  }

  static std::string list_text(std::string_view field, const std::vector<Tree>& trees) {
    std::string text = "  " + std::string(field) + ": [";
    for (const Tree& tree : trees) text += tree.text() + " ";
    return text + "]\n";
  }

  static std::string package_text(const std::string& name, const RandomVersion& one) {
    std::string text = name + "." + one.version + "\n";
    if (!one.available) text += "  available: os = \"none\"\n";
    if (one.avoid) text += "  flags: avoid-version\n";
    if (!one.depends.empty()) text += list_text("depends", one.depends);
    if (!one.conflicts.empty()) text += list_text("conflicts", one.conflicts);
    for (const std::string& optional : one.depopts) text += "  depopts: [\"" + optional + "\"]\n";
    for (const std::string& one_class : one.classes)
      text += "  conflict-class: \"" + one_class + "\"\n";
    return text;
  }

  Dice dice_;
  std::vector<std::string> names_;
};

}  // namespace oxbow::solve
