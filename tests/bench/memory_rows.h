#pragma once

#include <string>

namespace oxbow::bench {

/// Prints the table of the memory that plans of changes to a bare repository take, by `program`
/// (oxbow): of `change` (BASE..HEAD), and of changes to a state such as ocaml/opam-repository had
/// before it sent versions to an archive, which is written into the repository. Returns whether
/// every row kept what is required. To be called before this process has memory of its own, which
/// would count.
bool memory_rows(const std::string& program, const std::string& repository,
                 const std::string& change, const std::string& compiler);

}  // namespace oxbow::bench
