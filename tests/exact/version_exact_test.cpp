#include <catch2/catch.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include "opam/version.h"
#include "tests/exact/reference_data.h"

using namespace oxbow;
using namespace oxbow::exact;

TEST_CASE("versions are ordered as the reference orders them") {
  std::size_t lines = 0;
  Differences differences;
  each_row(data_path("reference/version-order.tsv.xz"),
           [&](const std::vector<std::string_view>& columns) {
             ++lines;
             if (columns.size() != 3) {
               differences.add("line " + std::to_string(lines) + " has not three columns");
               return;
             }
             const int order = opam::compare_versions(columns[0], columns[1]);
             const int reverse = opam::compare_versions(columns[1], columns[0]);
             const std::string_view ours = order < 0 ? "-1" : (order > 0 ? "1" : "0");
             const bool symmetric = (order < 0) == (reverse > 0) && (order > 0) == (reverse < 0);
             if (ours == columns[2] && symmetric) return;
             differences.add("'" + std::string(columns[0]) + "' and '" + std::string(columns[1]) +
                             "': " + std::string(ours) + ", not " + std::string(columns[2]) +
                             (symmetric ? "" : ", and not the opposite the other way round"));
           });
  CHECK(lines == 64'526);
  INFO(differences.to_string());
  CHECK(differences.count() == 0);
}
