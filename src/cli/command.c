/* What commands share: messages. See command.h. */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>

void command_error(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("statute: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int command_misused(const struct command *command, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "statute %s: ", command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry: statute %s --help\n", command->name);
	return EXIT_USAGE;
}
