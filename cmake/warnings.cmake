# Warnings, hardening and sanitizers, the same for every target.

set(STATUTE_WARNINGS
    -Wall -Wextra -Wformat=2 -Wshadow -Wconversion -Wno-sign-conversion -Wvla -Wundef
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings
    -Wimplicit-fallthrough -Wdouble-promotion
    -Werror=implicit-function-declaration -Werror=incompatible-pointer-types -Werror=int-conversion)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND STATUTE_WARNINGS -Wlogical-op -Wduplicated-cond)
endif()
if(STATUTE_WERROR)
  list(APPEND STATUTE_WARNINGS -Werror)
endif()

if(STATUTE_SANITIZE)
  add_compile_options(-fsanitize=${STATUTE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${STATUTE_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
                      -fstack-clash-protection -fno-common)
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
endif()
