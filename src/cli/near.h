/* The few names nearest to a mistyped one, for "did you mean". */
#ifndef STATUTE_CLI_NEAR_H
#define STATUTE_CLI_NEAR_H

#include "base/str.h"

enum { NEAR_MAX = 3 };

struct near {
	struct str word;
	const char *names[NEAR_MAX]; /* nearest first; as long as those who offered them */
	size_t distances[NEAR_MAX];
	size_t count;
};

void near_init(struct near *near, struct str word);
/* Takes the name in if it is near enough, and nearer than others. '-' and '_' count as the same. */
void near_offer(struct near *near, const char *name);
/* "; did you mean A, B or C?" to stderr, or nothing. */
void near_print(const struct near *near);

#endif
