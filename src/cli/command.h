/*
 * A command of the binary: `statute <name> …`. One file cmd_<name>.c exports one
 * `const struct command cmd_<name>`, which main.c lists. Help is made from it.
 */
#ifndef STATUTE_CLI_COMMAND_H
#define STATUTE_CLI_COMMAND_H

#include "cli/options.h"

/* What a command returns, and the process with it. */
enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1, /* it could not do what it was asked */
	EXIT_USAGE = 2,  /* it was asked wrongly, or the document is wrong */
};

struct command {
	const char *name;
	const char *summary;          /* one line, as in a list: "serve an OpenAPI document" */
	const char *usage;            /* what follows the name: "DOCUMENT [options]" */
	const char *help;             /* paragraphs after the options; may be NULL */
	const struct option *options; /* ends with OPTION_END; may be NULL */
	size_t options_size;          /* bytes of the struct that the options fill, at most OPTIONS_SIZE_MAX */
	const void *defaults;         /* what that struct holds beforehand; NULL: zeroes */
	/*
	 * `options` is that struct, filled; `words` are the arguments that are no options.
	 * Returns an exit code. Prints to stdout, messages to stderr.
	 */
	int (*run)(const void *options, char *const *words, size_t count);
};

extern const struct command cmd_serve, cmd_routes, cmd_explain, cmd_decide, cmd_token, cmd_maintenance;

/* "statute: " and the message and a line end, to stderr. */
void command_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, then where help is; returns EXIT_USAGE. */
int command_misused(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
