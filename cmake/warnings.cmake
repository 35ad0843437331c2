# Warnings, hardening and sanitizers, the same for every target.

include(CheckCCompilerFlag)
include(CheckLinkerFlag)

set(STATUTE_WARNINGS
    -Wall -Wextra -Wformat=2 -Wshadow -Wconversion -Wno-sign-conversion -Wvla -Wundef
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings
    -Wimplicit-fallthrough -Wdouble-promotion
    -Werror=implicit-function-declaration -Werror=incompatible-pointer-types -Werror=int-conversion)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND STATUTE_WARNINGS -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init
       -Wnull-dereference)
else()
  list(APPEND STATUTE_WARNINGS -Wthread-safety)
endif()
# The analyzer cannot know that a text with a length has bytes, and takes each `text.at[i]` for a NULL
# dereference and each memcmp of two texts for one with NULL; nor that what a thread keeps
# (pthread_setspecific), or a table that is found through an index, is not lost. ASan and LSan
# watch over both in the tests. What it says of frees, files and uninitialised memory counts.
if(STATUTE_ANALYZER)
  list(APPEND STATUTE_WARNINGS -fanalyzer -Wno-analyzer-null-dereference -Wno-analyzer-null-argument
       -Wno-analyzer-malloc-leak)
endif()
if(STATUTE_WERROR)
  list(APPEND STATUTE_WARNINGS -Werror)
endif()

# Adds the options that this compiler knows for this machine; each has a name of its own in the cache.
function(statute_compile_options)
  foreach(option ${ARGN})
    string(MAKE_C_IDENTIFIER "STATUTE_HAS${option}" known)
    check_c_compiler_flag(${option} ${known})
    if(${known})
      add_compile_options(${option})
    endif()
  endforeach()
endfunction()

# The same for the linker.
function(statute_link_options)
  foreach(option ${ARGN})
    string(MAKE_C_IDENTIFIER "STATUTE_HAS${option}" known)
    check_linker_flag(C ${option} ${known})
    if(${known})
      add_link_options(${option})
    endif()
  endforeach()
endfunction()

# What C leaves undefined but this code must not be broken for.
add_compile_options(-fno-strict-overflow -fno-delete-null-pointer-checks -fno-common)

if(STATUTE_SANITIZE)
  add_compile_options(-fsanitize=${STATUTE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${STATUTE_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong)
  # x86 has control-flow protection by CET, arm64 by branch protection.
  statute_compile_options(-fstack-clash-protection -fcf-protection=full -mbranch-protection=standard
                          -ftrivial-auto-var-init=zero)
  statute_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code -Wl,--as-needed)
endif()
