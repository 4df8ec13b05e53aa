# One interface target that every target of ours links: warnings are errors, everywhere.
add_library(oxbow_warnings INTERFACE)
target_compile_options(oxbow_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wimplicit-fallthrough -Werror)
# In a unity build every .cpp is an included file, whose unnamed namespace g++ takes for a header's,
# and a local name may be that of something in another file; and it warns wrongly of what it inlines.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(oxbow_warnings INTERFACE -Wno-subobject-linkage -Wno-shadow -Wshadow=local
    -Wno-maybe-uninitialized)
endif()
# g++ 12's own <algorithm> uses what its headers call deprecated, which clang minds; and Debian's
# RapidJSON has a template that is an error once it is looked into.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(oxbow_warnings INTERFACE -Wno-deprecated-declarations
    -fdelayed-template-parsing -Wno-delayed-template-parsing-in-cxx20)
endif()
