/* The version of this library and of the binary, by semantic versioning. */
#ifndef STATUTE_VERSION_H
#define STATUTE_VERSION_H

#define STATUTE_VERSION "0.1.0"

#endif
