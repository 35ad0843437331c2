/* The binary: finds the command in the table, reads its options, runs it. */
#include <stdio.h>
#include <string.h>

#include <statute/version.h>

#include "cli/command.h"
#include "cli/near.h"

static const struct command *const commands[] = {
	&cmd_serve, &cmd_routes, &cmd_explain, &cmd_decide, &cmd_token, &cmd_maintenance,
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_commands(void)
{
	printf("statute %s: an HTTP API server whose status codes are right by construction\n\n"
	       "Usage: statute COMMAND [options]\n\nCommands:\n",
	       STATUTE_VERSION);
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-11s %s\n", commands[i]->name, commands[i]->summary);
	printf("\nOptions:\n"
	       "  -h, --help       this text; after a command, what the command does\n"
	       "      --version    the version\n");
}

static void print_help(const struct command *command)
{
	printf("%s: %s\n\nUsage: statute %s %s\n\nOptions:\n", command->name, command->summary, command->name,
	       command->usage);
	options_print(command->options, command->defaults);
	if (command->help)
		printf("\n%s", command->help);
}

static const struct command *find_command(const char *name)
{
	struct near near;

	near_init(&near, str_from(name));
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		near_offer(&near, commands[i]->name);
	}
	fprintf(stderr, "statute: there is no %s \"%s\"", name[0] == '-' ? "option" : "command", name);
	near_print(&near);
	fputs("\nTry: statute --help\n", stderr);
	return NULL;
}

static int run(const struct command *command, char **argv, size_t argc)
{
	_Alignas(16) char options[OPTIONS_SIZE_MAX] = { 0 };
	char error[OPTIONS_ERROR_MAX];
	bool wants_help = false;
	size_t words = 0;

	if (command->defaults)
		memcpy(options, command->defaults, command->options_size);
	if (options_read(command->options, options, argv, argc, &words, &wants_help, error) < 0)
		return command_misused(command, "%s", error);
	if (wants_help) {
		print_help(command);
		return EXIT_OK;
	}
	return command->run(options, argv, words);
}

static int help(const char *name)
{
	const struct command *command = find_command(name);

	if (!command)
		return EXIT_USAGE;
	print_help(command);
	return EXIT_OK;
}

static int dispatch(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_commands();
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("statute %s\n", STATUTE_VERSION);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2)
		return help(argv[2]);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_commands();
		return EXIT_OK;
	}
	command = find_command(argv[1]);
	return command ? run(command, argv + 2, (size_t)(argc - 2)) : EXIT_USAGE;
}

int main(int argc, char **argv)
{
	int code = dispatch(argc, argv);

	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) != 0 || ferror(stdout))
		return code ? code : EXIT_FAILED;
	return code;
}
