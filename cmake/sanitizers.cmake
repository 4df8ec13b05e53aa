# OXBOW_SANITIZE is a list for -fsanitize, such as "address,undefined" or "thread".
set(OXBOW_SANITIZE "" CACHE STRING "sanitizers to build everything with")
if(OXBOW_SANITIZE)
  # g++ 12 warns wrongly inside <regex> and Catch2 when it instruments them.
  add_compile_options(-fsanitize=${OXBOW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=${OXBOW_SANITIZE})
endif()
