#include "repo/renames.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace oxbow::repo {
namespace {

// Comparing a pair takes about a microsecond, so this keeps the search under a second.
constexpr std::size_t most_pairs = 200'000;

// A longer opam file is paired by its id alone.
constexpr std::size_t longest_text = std::size_t{256} * 1024;

// Percent of lines in common from which two opam files are of one package.
constexpr std::uint64_t least_similarity = 60;

/// The hashes of a text's lines, sorted: enough to count the lines that two texts share.
using Lines = std::vector<std::size_t>;

/// A removed and an added package, by index, and how alike they are: 100 when equal.
struct Pair {
  std::size_t from = 0;
  std::size_t to = 0;
  bool same_name = false;
  std::uint64_t similarity = 0;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.push_back(std::hash<std::string_view>{}(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::ranges::sort(lines);
  return lines;
}

std::uint64_t percent_shared(const Lines& left, const Lines& right) {
  if (left.empty() && right.empty()) return 0;
  std::size_t shared = 0;
  for (auto l = left.begin(), r = right.begin(); l != left.end() && r != right.end();) {
    if (*l == *r) ++shared;
    const bool advance_left = *l <= *r;
    const bool advance_right = *r <= *l;
    if (advance_left) ++l;
    if (advance_right) ++r;
  }
  return 200 * shared / (left.size() + right.size());
}

/// The lines of one side's opam files, each read when it is first asked for.
class Texts {
 public:
  explicit Texts(const Unpaired& side) : side_(side), lines_(side.packages.size()) {}

  Result<const Lines*> lines(std::size_t i) {
    if (!lines_[i]) {
      const ObjectId& opam = side_.packages[i]->opam;
      TRY_ASSIGN(const auto length, side_.source.size(opam));
      lines_[i].emplace();
      if (length <= longest_text) {
        TRY_ASSIGN(const auto text, side_.source.read(opam, longest_text));
        lines_[i] = lines_of(text);
      }
    }
    return &*lines_[i];
  }

 private:
  const Unpaired& side_;
  std::vector<std::optional<Lines>> lines_;
};

/// Adds every pair whose packages have the same key, as long as there is room.
template <typename KeyOf>
void add_pairs(const Unpaired& removed, const Unpaired& added, std::vector<Pair>& pairs,
               const KeyOf& key_of) {
  std::multimap<std::decay_t<decltype(key_of(*removed.packages[0]))>, std::size_t> by_key;
  for (std::size_t i = 0; i < added.packages.size(); ++i) {
    by_key.emplace(key_of(*added.packages[i]), i);
  }
  for (std::size_t from = 0; from < removed.packages.size(); ++from) {
    const auto [begin, end] = by_key.equal_range(key_of(*removed.packages[from]));
    for (auto found = begin; found != end && pairs.size() < most_pairs; ++found) {
      pairs.push_back({from, found->second});
    }
  }
}

std::vector<Pair> candidate_pairs(const Unpaired& removed, const Unpaired& added) {
  std::vector<Pair> pairs;
  if (removed.packages.size() * added.packages.size() <= most_pairs) {
    for (std::size_t from = 0; from < removed.packages.size(); ++from) {
      for (std::size_t to = 0; to < added.packages.size(); ++to) pairs.push_back({from, to});
    }
    return pairs;
  }
  add_pairs(removed, added, pairs, [](const PackageEntry& package) { return package.opam; });
  add_pairs(removed, added, pairs, [](const PackageEntry& package) { return package.name; });
  return pairs;
}

/// Fills in how alike the pairs are, and drops those that are not.
std::optional<Error> weigh(const Unpaired& removed, const Unpaired& added,
                           std::vector<Pair>& pairs) {
  Texts former(removed);
  Texts current(added);
  for (Pair& pair : pairs) {
    const PackageEntry& from = *removed.packages[pair.from];
    const PackageEntry& to = *added.packages[pair.to];
    pair.same_name = from.name == to.name;
    if (from.opam == to.opam) {
      pair.similarity = 100;
      continue;
    }
    const auto left = former.lines(pair.from);
    if (!left) return left.error();
    const auto right = current.lines(pair.to);
    if (!right) return right.error();
    pair.similarity = percent_shared(**left, **right);
  }
  std::erase_if(pairs, [](const Pair& pair) { return pair.similarity < least_similarity; });
  return std::nullopt;
}

}  // namespace

Result<std::vector<Rename>> find_renames(const Unpaired& removed, const Unpaired& added) {
  std::vector<Rename> renames;
  if (removed.packages.empty() || added.packages.empty()) return renames;
  std::vector<Pair> pairs = candidate_pairs(removed, added);
  if (auto error = weigh(removed, added, pairs)) return std::unexpected(std::move(*error));
  std::ranges::sort(pairs, {}, [](const Pair& pair) {
    return std::tuple(!pair.same_name, 100 - pair.similarity, pair.from, pair.to);
  });
  std::vector<bool> from_used(removed.packages.size());
  std::vector<const PackageEntry*> former(added.packages.size());
  for (const Pair& pair : pairs) {
    if (from_used[pair.from] || former[pair.to] != nullptr) continue;
    from_used[pair.from] = true;
    former[pair.to] = removed.packages[pair.from];
  }
  for (std::size_t to = 0; to < former.size(); ++to) {
    if (former[to] != nullptr) renames.push_back({former[to], added.packages[to]});
  }
  return renames;
}

}  // namespace oxbow::repo
