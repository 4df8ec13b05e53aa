#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

#include "solve/universe.h"

namespace oxbow::solve {

/// One package of a solution and the packages of the solution that it needs, as day10 sees it:
/// through the alternatives that were chosen, with the optional dependencies that are there, and
/// without those that are needed only afterwards (`post`).
struct SolutionNode {
  PackageIndex package{};
  std::span<const PackageIndex> deps;  ///< ascending, which is opam's order of packages
};

/// SolutionNodes is a list of nodes, in two pieces of memory however many there are.
class SolutionNodes {
 public:
  class Iterator {
   public:
    using value_type = SolutionNode;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Iterator(const SolutionNodes& nodes, std::size_t at) : nodes_(&nodes), at_(at) {}
    SolutionNode operator*() const { return (*nodes_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++at_;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const SolutionNodes* nodes_ = nullptr;
    std::size_t at_ = 0;
  };

  /// Room for so many nodes, with so many deps in all.
  void reserve(std::size_t nodes, std::size_t deps) {
    nodes_.reserve(nodes);
    deps_.reserve(deps);
  }
  void add(PackageIndex package, std::span<const PackageIndex> deps) {
    deps_.insert(deps_.end(), deps.begin(), deps.end());
    nodes_.push_back({package, static_cast<std::uint32_t>(deps_.size())});
  }

  std::size_t size() const { return nodes_.size(); }
  SolutionNode operator[](std::size_t at) const {
    const std::uint32_t begin = at == 0 ? 0 : nodes_[at - 1].deps_end;
    return {nodes_[at].package, std::span(deps_).subspan(begin, nodes_[at].deps_end - begin)};
  }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, nodes_.size()}; }

  /// The position of a package, if nodes were added in ascending order.
  std::optional<std::size_t> position(PackageIndex package) const;

  /// Puts `to(package)` in each package's place.
  template <typename To>
  void renumber(const To& to) {
    for (Node& node : nodes_) node.package = to(node.package);
    for (PackageIndex& dep : deps_) dep = to(dep);
  }

 private:
  struct Node {
    PackageIndex package;
    std::uint32_t deps_end;
  };

  std::vector<Node> nodes_;
  std::vector<PackageIndex> deps_;
};

/// Solution is what the solver chose for a root.
struct Solution {
  PackageIndex root{};
  std::vector<PackageIndex> chosen;  ///< every chosen package, ascending
  SolutionNodes reachable;           ///< those the root needs, itself included, ascending

  /// The packages that `to` gives for these, of which it must keep the order.
  template <typename To>
  void renumber(const To& to) {
    root = to(root);
    for (PackageIndex& package : chosen) package = to(package);
    reachable.renumber(to);
  }
};

}  // namespace oxbow::solve
