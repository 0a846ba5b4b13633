# Fuzz targets: include(${PROJECT_SOURCE_DIR}/tests/support/fuzz.cmake) in the folder of the target, then
#   soliloquy_fuzz_target(fuzz_gguf SOURCES fuzz_gguf.cpp LINK soliloquy_gguf_sanitized CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/corpus
#                         RUNS 50000 [DICTIONARY file] [MAX_LEN 65536] [ARGUMENTS --memory-mb 64 ...])
# SOURCES define LLVMFuzzerTestOneInput (see fuzz_main.cpp), LINK names sanitized libraries only: the whole program is then
# built with AddressSanitizer and UndefinedBehaviorSanitizer. ctest runs RUNS mutations under the label fuzz: take about 5 s.
# For a long run call the program itself: bin/fuzz_gguf --runs 1000000 --seed 7 --corpus DIR
include_guard(GLOBAL)
find_package(Threads REQUIRED)

function(soliloquy_fuzz_program name)
  add_executable(${name} ${ARGN} ${PROJECT_SOURCE_DIR}/tests/support/fuzz_main.cpp)
  target_compile_options(${name} PRIVATE ${SOLILOQUY_SANITIZER_FLAGS} -O1 -UNDEBUG -D_GLIBCXX_ASSERTIONS)
  target_link_options(${name} PRIVATE ${SOLILOQUY_SANITIZER_FLAGS})
  target_link_libraries(${name} PRIVATE soliloquy_options Threads::Threads)
endfunction()

function(soliloquy_fuzz_target name)
  cmake_parse_arguments(ARG "" "CORPUS;RUNS;DICTIONARY;MAX_LEN" "SOURCES;LINK;ARGUMENTS" ${ARGN})
  if(MSVC)
    return()
  endif()
  soliloquy_fuzz_program(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set(arguments --runs ${ARG_RUNS} --seed 1 --corpus ${ARG_CORPUS} ${ARG_ARGUMENTS})
  if(ARG_DICTIONARY)
    list(APPEND arguments --dictionary ${ARG_DICTIONARY})
  endif()
  if(ARG_MAX_LEN)
    list(APPEND arguments --max-len ${ARG_MAX_LEN})
  endif()
  add_test(NAME fuzz.${name} COMMAND ${name} ${arguments} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()
