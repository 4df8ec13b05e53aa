#include <catch2/catch.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include "base/hash.h"
#include "opam/effective.h"
#include "opam/package_id.h"
#include "tests/exact/reference_data.h"

using namespace oxbow;
using namespace oxbow::exact;

namespace {

// The hash of a package's effective part, or what the reference has for a file it cannot read.
std::string effective_hash(const std::string& source, const opam::PackageId& id) {
  const auto definition = opam::Definition::parse(source);
  if (!definition) return "ERROR";
  return sha256_hex(opam::effective_part(**definition, id.name, id.version));
}

}  // namespace

TEST_CASE("effective parts of the edge cases are the reference's") {
  const std::string folder = data_path("reference/edge-cases");
  std::size_t lines = 0;
  Differences differences;
  each_row(folder + "/effective.tsv", [&](const std::vector<std::string_view>& columns) {
    ++lines;
    const auto id = opam::parse_package_id(columns.front());
    if (columns.size() != 2 || !id) {
      differences.add("line " + std::to_string(lines) + " is not a package and hash");
      return;
    }
    const std::string source =
        read_file(folder + "/packages/" + id->name + "/" + id->to_string() + "/opam");
    const std::string hash = effective_hash(source, *id);
    if (hash != columns[1])
      differences.add(id->to_string() + ": " + hash + ", not " + std::string(columns[1]));
  });
  CHECK(lines == 79);
  INFO(differences.to_string());
  CHECK(differences.count() == 0);
}
