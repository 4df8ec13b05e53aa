#include "github/command.h"

namespace oxbow::github {

std::string_view command_help() {
  return "| a line of a comment | does |\n"
         "|:--|:--|\n"
         "| `/oxbow rerun` | tests this pull request again: all of it |\n"
         "| `/oxbow rerun failed` | builds again what failed |\n"
         "| `/oxbow rerun PACKAGE…` | builds these again |\n"
         "| `/oxbow build PACKAGE…` | builds these, whether the change rebuilds them or not |\n"
         "| `/oxbow cancel` | stops the run |\n"
         "| `/oxbow ok-to-test [SHA]` | lets the builds of this head begin; a later push needs "
         "another |\n"
         "| `/oxbow explain PACKAGE` | says why a package is rebuilt, or cannot be installed |\n"
         "| `/oxbow help` | shows this table |\n"
         "\n"
         "`explain` and `help` are for everyone, the others for people with write access to this "
         "repository.\n";
}

}  // namespace oxbow::github
