/*
 * Command line options from a table: --name=value, --name value, -x value, -xvalue,
 * flags, and -- which ends them. Each fills one member of a struct.
 *
 *	struct serve_options { const char *db; uint64_t workers; bool is_dev; };
 *	static const struct option options[] = {
 *		{ "db", 0, OPTION_TEXT, offsetof(struct serve_options, db), "FILE", "the database" },
 *		{ "workers", 'w', OPTION_COUNT, offsetof(struct serve_options, workers), "N", "threads", 1, 256 },
 *		{ "dev", 0, OPTION_FLAG, offsetof(struct serve_options, is_dev), NULL, "for development" },
 *		OPTION_END
 *	};
 */
#ifndef STATUTE_CLI_OPTIONS_H
#define STATUTE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
	OPTION_FLAG,     /* bool: true where it is given */
	OPTION_TEXT,     /* const char *: the argument itself, as long as argv lives */
	OPTION_COUNT,    /* uint64_t: digits */
	OPTION_SIZE,     /* uint64_t: bytes, with B, kB, MB, GB, KiB, MiB or GiB behind, or nothing */
	OPTION_DURATION, /* uint64_t: milliseconds, with ms, s, m or h behind; a bare number is seconds */
};

struct option {
	const char *name;  /* without the two dashes */
	char short_name;   /* 0: none */
	enum option_type type;
	size_t offset;     /* of the member */
	const char *value; /* how help calls the value: "FILE"; NULL for a flag */
	const char *text;  /* one line of help */
	uint64_t min, max; /* of numbers; max 0: no bound */
};
#define OPTION_END { 0 }

/* How large a struct of options may be. */
enum { OPTIONS_SIZE_MAX = 1024, OPTIONS_ERROR_MAX = 256 };

/*
 * Reads argv[0..argc): fills `ret_options`, and moves the words that are no options to
 * the front of argv, in order; *ret_words is their number. -h and --help set
 * *ret_help and end the reading. 0, or STATUTE_EINVAL with a sentence in `ret_error`.
 */
int options_read(const struct option *options, void *ret_options, char **argv, size_t argc, size_t *ret_words,
                 bool *ret_help, char ret_error[OPTIONS_ERROR_MAX]);
/* The table as lines of help, with the defaults (NULL: none are said), to stdout. */
void options_print(const struct option *options, const void *defaults);

#endif
