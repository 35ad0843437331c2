# A room is a folder under src/, built as a static library that links the rooms
# before it and nothing after: a call up the list does not link.

set(STATUTE_ROOMS "" CACHE INTERNAL "")

function(statute_room name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.c)
  set(below ${STATUTE_ROOMS})
  if(sources)
    add_library(room_${name} STATIC ${sources})
    target_compile_options(room_${name} PRIVATE ${STATUTE_WARNINGS})
    set(scope PUBLIC)
  else()
    add_library(room_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_compile_definitions(room_${name} ${scope} _GNU_SOURCE)
  target_include_directories(room_${name} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
  list(REVERSE below)
  list(TRANSFORM below PREPEND room_)
  target_link_libraries(room_${name} ${scope} ${below} ${ARGN})
  set(STATUTE_ROOMS ${STATUTE_ROOMS} ${name} CACHE INTERNAL "")
endfunction()

# libstatute: all rooms in one static library.
function(statute_library)
  add_library(libstatute INTERFACE)
  set(rooms ${STATUTE_ROOMS})
  list(REVERSE rooms)
  list(TRANSFORM rooms PREPEND room_)
  target_link_libraries(libstatute INTERFACE ${rooms})
  target_include_directories(libstatute INTERFACE ${CMAKE_SOURCE_DIR}/include)
endfunction()
