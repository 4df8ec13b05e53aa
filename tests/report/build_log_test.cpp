#include "report/build_log.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "base/untrusted.h"
#include "tests/report/sample_reports.h"

using namespace oxbow;
using namespace oxbow::report;

TEST_CASE("a log is what a terminal leaves of it") {
  CHECK(plain("").empty());
  CHECK(plain("a\nb") == "a\nb");
  CHECK(plain("a\r\nb\r\n") == "a\nb\n");
  CHECK(plain("\x1b[1;31merror\x1b[0m: no\x1b[K\n") == "error: no\n");
  CHECK(plain("\x1b]0;title\x07"
              "a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\c") == "abc");
  CHECK(plain("a\x1b(Bb\x1b=c\x1b"
              "7d\x1b"
              "Me") == "abcde");
  CHECK(plain("\x1b[?25l\x1b[38;5;12mx\x1b[?25h") == "x");
  CHECK(plain("a\x01\x02\x07\x7f"
              "b") == "ab");
  CHECK(plain(std::string("a\0b", 3)) == "ab");
  CHECK(plain("caf\xC3\xA9 \xFF") == "caf\xC3\xA9 \xEF\xBF\xBD");
  CHECK(plain("a\xC2\x9B"
              "31mb\xC2\x85"
              "c") == "abc");
  CHECK(plain("a\tb\n\tc") == "a       b\n        c");
  CHECK(plain("a   \n") == "a\n");
}

TEST_CASE("what was overwritten is gone") {
  CHECK(plain("1/10\r2/10\r10/10\n") == "10/10\n");
  CHECK(plain("abcdef\rxy\n") == "xycdef\n");
  CHECK(plain("abcdef\r\x1b[Kxy\n") == "xy\n");
  CHECK(plain("abcdef\x1b[2K\rxy\n") == "xy\n");
  CHECK(plain("\xC3\xA9\xC3\xA9\rx") == "x\xC3\xA9");
  CHECK(plain("|\b/\b-\b\\\n") == "\\\n");
  CHECK(plain("\b\ba") == "a");
}

TEST_CASE("a sequence that never ends hides no more than its line") {
  CHECK(plain("a\x1b]0;title\nb") == "a\nb");
  CHECK(plain("a\x1bPdata\nb") == "a\nb");
  CHECK(plain("a\x1b[12\nb") == "a\nb");
  CHECK(plain("a\x1b").ends_with("a"));
  CHECK(plain("a\x1b[") == "a");
  CHECK(plain("a\x1b]") == "a");
}

TEST_CASE("nothing in a log steers, and what is shown of it is text") {
  for (const std::string& attack : attacks()) {
    const std::string text = plain(attack);
    CHECK(valid_utf8(text) == text);
    CHECK(std::ranges::none_of(
        text, [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7f; }));
    CHECK(text.find("\xC2\x9B") == std::string::npos);
    CHECK(first_error_line(attack).size() <= log_line_bytes);
    CHECK(fingerprint(attack).size() <= 2 * attack.size());
  }
}

TEST_CASE("the end of a log is its last lines that are not empty") {
  using Lines = std::vector<std::string>;
  CHECK(tail("", 3).empty());
  CHECK(tail("\n\n\n", 3).empty());
  CHECK(tail("a\nb\n\nc\n\n\n", 3) == Lines{"b", "", "c"});
  CHECK(tail("a\nb", 3) == Lines{"a", "b"});
  CHECK(tail("10%\r99%\rdone\n", 1) == Lines{"done"});
  const std::string long_line = tail("a\n" + std::string(100'000, 'x'), 1).at(0);
  CHECK(long_line.size() <= log_line_bytes);
}

TEST_CASE("an OCaml compiler's error comes with its place") {
  CHECK(first_error_line("ocamlfind ocamlc -c src/fmt.ml\n"
                         "File \"src/fmt.ml\", line 12, characters 4-17:\n"
                         "12 |   Stdlib_extra.flush ppf\n"
                         "         ^^^^^^^^^^^^^\n"
                         "Error: Unbound module Stdlib_extra\n"
                         "make: *** [Makefile:9: all] Error 2\n") ==
        "src/fmt.ml:12: Error: Unbound module Stdlib_extra");
  CHECK(first_error_line("File \"a.ml\", lines 3-5, characters 2-9:\n"
                         "Error: This expression has type int") ==
        "a.ml:3: Error: This expression has type int");
  CHECK(first_error_line("File \"a.ml\", line 3, characters 2-9:\n"
                         "Error (warning 32 [unused-value-declaration]): unused value x.") ==
        "a.ml:3: Error (warning 32 [unused-value-declaration]): unused value x.");
  CHECK(first_error_line("File \"b.ml\", line 1:\n"
                         "Error:\n"
                         "  The implementation b.ml does not match the interface b.mli\n") ==
        "b.ml:1: Error: The implementation b.ml does not match the interface b.mli");
}

TEST_CASE("a warning's place is not that of an error after it") {
  CHECK(first_error_line("File \"a.ml\", line 3, characters 2-9:\n"
                         "Warning 32 [unused-value-declaration]: unused value x.\n"
                         "Error: Some fatal warnings were triggered\n") ==
        "Error: Some fatal warnings were triggered");
  CHECK(first_error_line("File \"a.ml\", line 3, characters 2-9:\n"
                         "Alert deprecated: x\n"
                         "File \"b.ml\", line 4, characters 2-9:\n"
                         "Error: Unbound value y\n") == "b.ml:4: Error: Unbound value y");
}

TEST_CASE("opam's prefixes are not part of the line") {
  CHECK(first_error_line("+ /home/opam/.opam/opam-init/hooks/sandbox.sh \"build\" \"make\"\n"
                         "- File \"x.ml\", line 3, characters 0-1:\n"
                         "- Error: Syntax error\n") == "x.ml:3: Error: Syntax error");
  CHECK(first_error_line("[ERROR] The compilation of a.1 failed at \"make\".\n"
                         "#=== ERROR while compiling a.1 ========================#\n"
                         "# context     2.4.1 | linux/x86_64\n"
                         "# exit-code   2\n"
                         "### output ###\n"
                         "# cc -c x.c\n"
                         "# x.c:3:1: error: expected ';' before '}' token\n"
                         "# make: *** [Makefile:2: x.o] Error 1\n") ==
        "x.c:3:1: error: expected ';' before '}' token");
}

TEST_CASE("C compilers and linkers") {
  CHECK(first_error_line("x.c: In function 'main':\n"
                         "x.c:2:3: warning: unused variable\n"
                         "x.c:1:10: fatal error: gmp.h: No such file or directory\n"
                         "    1 | #include <gmp.h>\n"
                         "compilation terminated.\n") ==
        "x.c:1:10: fatal error: gmp.h: No such file or directory");
  CHECK(first_error_line("/usr/bin/ld: x.o: in function `main':\n"
                         "x.c:(.text+0x5): undefined reference to `caml_alloc_ox'\n"
                         "collect2: error: ld returned 1 exit status\n") ==
        "x.c:(.text+0x5): undefined reference to `caml_alloc_ox'");
  CHECK(first_error_line("/usr/bin/ld: cannot find -lgmp: No such file or directory\n"
                         "collect2: error: ld returned 1 exit status\n"
                         "make[1]: *** [x] Error 1\n") ==
        "/usr/bin/ld: cannot find -lgmp: No such file or directory");
  CHECK(first_error_line("collect2: error: ld returned 1 exit status\n") ==
        "collect2: error: ld returned 1 exit status");
}

TEST_CASE("dune, ocamlfind and configure") {
  CHECK(first_error_line("File \"src/dune\", line 4, characters 12-16:\n"
                         "4 |  (libraries base))\n"
                         "                ^^^^\n"
                         "Error: Library \"base\" not found.\n"
                         "-> required by _build/default/src/x.cma\n") ==
        "src/dune:4: Error: Library \"base\" not found.");
  CHECK(first_error_line("+ ocamlfind ocamlopt -package astring\n"
                         "ocamlfind: Package `astring' not found\n"
                         "Command exited with code 2.\n") ==
        "ocamlfind: Package `astring' not found");
  CHECK(first_error_line("checking for gcc... gcc\n"
                         "checking for x.h: No such file or directory... no\n"
                         "configure: error: cannot find x.h\n") ==
        "configure: error: cannot find x.h");
  CHECK(first_error_line("Fatal error: exception Sys_error(\"x: No such file or directory\")\n") ==
        "Fatal error: exception Sys_error(\"x: No such file or directory\")");
  CHECK(first_error_line("patching file src/x.ml\nHunk #1 FAILED at 3.\n") ==
        "Hunk #1 FAILED at 3.");
  CHECK(first_error_line("Command [3] got signal KILL:\n$ ocamlopt x.ml\n") ==
        "Command [3] got signal KILL:");
}

TEST_CASE("what the system says counts where no tool says anything") {
  for (const std::string line :
       {"sh: 1: autoconf: not found", "bash: line 1: jq: command not found",
        "make: gcc: Command not found", "cp: cannot stat 'x': No such file or directory",
        "mkdir: cannot create directory '/usr/x': Permission denied", "Killed",
        "Segmentation fault (core dumped)", "tar: x: Cannot write: No space left on device",
        "curl: (6) Could not resolve host: example.org"}) {
    INFO(line);
    CHECK(first_error_line("+ ./build\n" + line + "\nmake: *** [all] Error 1\n") == line);
    CHECK(first_error_line(line + "\na.c:1:1: error: no\n") == "a.c:1:1: error: no");
  }
  CHECK(first_error_line("ld: warning: x: No such file or directory\nKilled\n") == "Killed");
}

TEST_CASE("make and opam only pass on what went wrong") {
  CHECK(first_error_line("make[2]: *** [x:1: a] Error 1\nmake[1]: *** [b] Error 2\n") ==
        "make[2]: *** [x:1: a] Error 1");
  CHECK(first_error_line("[ERROR] The compilation of a.1 failed at \"make\".\n"
                         "gmake: *** [Makefile:1: all] Error 2\n") ==
        "gmake: *** [Makefile:1: all] Error 2");
  CHECK(first_error_line("make: *** No rule to make target 'x.ml', needed by 'x'.  Stop.\n") ==
        "make: *** No rule to make target 'x.ml', needed by 'x'.  Stop.");
  CHECK(first_error_line("all good\n[ERROR] The compilation of a.1 failed at \"make\".\n") ==
        "[ERROR] The compilation of a.1 failed at \"make\".");
}

TEST_CASE("a log without an error has no error line") {
  CHECK(first_error_line("").empty());
  CHECK(first_error_line("gcc -c x.c\nFile \"x.ml\", line 3:\nWarning: x\n").empty());
  CHECK(first_error_line("-> compiled  a.1\nerrors: 0\n").empty());
}

TEST_CASE("colours and progress do not hide an error line") {
  CHECK(first_error_line("\x1b[1mFile \"x.ml\", line 3\x1b[0m, characters 1-2:\r\n"
                         "[1/2]\r\x1b[K\x1b[1;31mError\x1b[0m: Unbound value x\r\n") ==
        "x.ml:3: Error: Unbound value x");
}

TEST_CASE("the same error in two builds has the same fingerprint") {
  const auto same = [](std::string_view x, std::string_view y) {
    INFO(fingerprint(x) << " | " << fingerprint(y));
    CHECK(fingerprint(x) == fingerprint(y));
  };
  same("src/a.ml:3: Error: Unbound module Base.Ox", "b.ml:17: Error: Unbound module Base.Ox");
  same("x.c:3:1: error: unknown type name 'value'", "y.c:14:22: error: unknown type name 'value'");
  same("/usr/bin/ld: /tmp/ccQx1.o: undefined reference to `f'",
       "/usr/bin/ld: /tmp/ccZ.o: undefined reference to `f'");
  same("/home/opam/.opam/default/.opam-switch/build/a.1/gen.sh: 3: jq: not found",
       "/root/.opam/x/.opam-switch/build/bc.2.0/gen.sh: 3: jq: not found");
  same("process 12345 got signal KILL", "process 678 got signal KILL");
  same("bad digest 0badf00d12 of x", "bad digest ffffeeee99 of x");
}

TEST_CASE("different errors have different fingerprints") {
  const auto differ = [](std::string_view x, std::string_view y) {
    INFO(fingerprint(x) << " | " << fingerprint(y));
    CHECK(fingerprint(x) != fingerprint(y));
  };
  differ("a.ml:3: Error: Unbound module A", "a.ml:3: Error: Unbound module B");
  differ("Error: Library \"base\" not found.", "Error: Library \"core\" not found.");
  differ("ocaml 4.14 is needed", "ocaml 5.2 is needed");
  differ("/usr/bin/ld: no", "/usr/bin/as: no");
  CHECK(fingerprint("a/b failed: defaced") == "a/b failed: defaced");
  CHECK(fingerprint("").empty());
}
