#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What people ask for in comments:
///   comment = { line }
///   line    = [ " "… up to 3 ] "/oxbow" verb          in any case; anything else is passed over
///   verb    = "rerun" [ "failed" | "all" | PACKAGE… ] | "build" PACKAGE… | "cancel"
///           | "ok-to-test" [ SHA ] | "explain" PACKAGE | "help"
/// Code (fenced, indented, between backticks), quotes, links and HTML comments are passed over.
namespace oxbow::github {

struct Rerun {
  enum class What : std::uint8_t { failed, all, packages };
  What what = What::all;
  std::vector<std::string> packages;
};
struct Build {
  std::vector<std::string> packages;
};
struct Cancel {};
struct OkToTest {
  std::string head;  ///< as it was given, 7 to 40 hexadecimal digits; empty: not given
};
struct Explain {
  std::string package;
};
struct Help {};

/// A line that starts as a command and is none.
struct Misspelt {
  std::string text;     ///< the verb or argument that was not understood
  std::string nearest;  ///< the whole command that was probably meant: "/oxbow rerun"; may be empty
};

using Command = std::variant<Rerun, Build, Cancel, OkToTest, Explain, Help, Misspelt>;

/// The commands of a comment, in its order; at most 10.
std::vector<Command> parse_commands(std::string_view comment);

/// What `help` answers, in Markdown.
std::string_view command_help();

}  // namespace oxbow::github
