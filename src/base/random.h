/* Random bytes and ids, from getrandom(2) through a buffer of each thread. */
#ifndef STATUTE_BASE_RANDOM_H
#define STATUTE_BASE_RANDOM_H

#include <stddef.h>
#include "base/str.h"

/* Fills with cryptographic random bytes; aborts where the system has none (it cannot on Linux past boot). */
void random_fill(void *at, size_t len);

enum { UUID_LEN = 36, RANDOM_ID_LEN = 22 };
/* A UUID version 7 (RFC 9562): sorts by time. Writes 36 characters, not NUL-terminated. */
void random_uuid7(char out[UUID_LEN], int64_t wall_ms);
/* A sortable id: 8 characters of time, 14 random ones, of [0-9A-Za-z]. Not NUL-terminated. */
void random_sortable_id(char out[RANDOM_ID_LEN], int64_t wall_ms);

#endif
