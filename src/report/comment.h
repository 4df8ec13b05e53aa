#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "report/markdown.h"
#include "report/phrase.h"

/// What a report in GitHub's Markdown is put together from. Nothing untrusted gets out of the code
/// span or block that it is put in.
namespace oxbow::report {

std::string prose(const Phrase& phrase);

/// As many of the lines as a list may be long; empty where there are none.
std::string bullets(const Lines& lines);

/// The same as a terminal has them.
std::string code_block(const Lines& lines);

/// For a row of a table, with the bar that ends it.
std::string cell(std::string text);

/// Comment is made of blocks, the weightiest first. A block that has no room is left out as a
/// whole, so that no markup stays open.
class Comment {
 public:
  void add(const std::string& block);

  /// Below a heading, or folded under one; nothing where the body is empty.
  void add_open(const Phrase& heading, const std::string& body);
  void add_folded(const Phrase& heading, const std::string& body);

  /// The blocks, and `rest`, which says where the rest is, if something was left out.
  std::string text(bool shortened, std::string_view rest) &&;

 private:
  std::string text_;
  std::size_t left_out_ = 0;
};

}  // namespace oxbow::report
