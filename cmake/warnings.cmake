# One interface target that every target of ours links: warnings are errors, everywhere.
add_library(oxbow_warnings INTERFACE)
target_compile_options(oxbow_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wimplicit-fallthrough -Werror)
# g++ 12's own <algorithm> uses what its headers call deprecated, which clang minds.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(oxbow_warnings INTERFACE -Wno-deprecated-declarations)
endif()
