/* Time: what the clock says now, and its text in UTC. Thread-safe. */
#ifndef STATUTE_BASE_CLOCK_H
#define STATUTE_BASE_CLOCK_H

#include <stdint.h>
#include "base/str.h"

/* Microseconds that never go back, from an arbitrary start. */
uint64_t clock_monotonic_us(void);
/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);

enum { CLOCK_RFC3339_LEN = 24 };
/* "2026-01-08T12:00:00.123Z" (with_ms) or "2026-01-08T12:00:00Z"; returns the length; not NUL-terminated. */
size_t clock_rfc3339(char out[CLOCK_RFC3339_LEN], int64_t wall_ms, bool with_ms);

/*
 * The Unix time of a date-time of RFC 3339 section 5.6, "2026-01-08T12:00:00Z"; fractions of a second are
 * cut off. False where it is none.
 */
bool clock_rfc3339_parse(struct str text, int64_t *ret_s);

/* Days from 1970-01-01 of a date of the proleptic Gregorian calendar, and back. */
int64_t days_from_civil(int year, unsigned month, unsigned day);
void civil_from_days(int64_t days, int *ret_year, unsigned *ret_month, unsigned *ret_day);

#endif
