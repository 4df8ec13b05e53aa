# One interface target that every target of ours links: warnings are errors, everywhere.
add_library(oxbow_warnings INTERFACE)
target_compile_options(oxbow_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wimplicit-fallthrough -Werror)
