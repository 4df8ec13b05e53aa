# oxbow_module(NAME [DEPENDS target…]): the library of one folder of src, made of all its sources.
# What it may link is what src/ARCHITECTURE.md lets its folder include.
function(oxbow_module name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(oxbow_${name} STATIC ${sources})
  target_include_directories(oxbow_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(oxbow_${name} PUBLIC ${ARG_DEPENDS} PRIVATE oxbow_warnings ${ARG_PRIVATE})
endfunction()

# oxbow_tests(NAME [DEPENDS target…]): the test program of one folder, one CTest entry a case.
function(oxbow_tests name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(sources)
    add_executable(oxbow_${name}_tests ${sources} ${CMAKE_CURRENT_SOURCE_DIR}/needs_nothing.cpp
      $<TARGET_OBJECTS:oxbow_test_main>)
    target_include_directories(oxbow_${name}_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/..)
    target_compile_definitions(oxbow_${name}_tests PRIVATE
      OXBOW_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data")
    target_link_libraries(oxbow_${name}_tests PRIVATE ${ARG_DEPENDS} Catch2::Catch2 oxbow_warnings)
    catch_discover_tests(oxbow_${name}_tests TEST_PREFIX "${name}:")
  endif()
endfunction()
