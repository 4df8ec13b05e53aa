#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "opam/effective.h"

namespace oxbow::opam {

/// The definition that a text, to which the format's version is added, makes; it must be readable.
inline std::shared_ptr<const Definition> defined(std::string_view fields) {
  auto definition = Definition::parse("opam-version: \"2.0\"\n" + std::string(fields));
  INFO(fields);
  if (!definition) FAIL(definition.error().message);
  return *definition;
}

/// What an effective part has after the opam-version, name and version that each has.
inline std::string effective_fields(std::string_view fields) {
  const std::string text = effective_part(*defined(fields), "p", "1");
  constexpr std::string_view head = "opam-version: \"2.0\"\nname: \"p\"\nversion: \"1\"";
  REQUIRE(text.starts_with(head));
  return text.size() > head.size() ? text.substr(head.size() + 1) : "";
}

}  // namespace oxbow::opam
