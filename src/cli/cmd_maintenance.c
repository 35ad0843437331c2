/* `statute maintenance`: takes a running server out of service, and back, through its admin listener. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/duration.h"
#include "cli/ask_admin.h"
#include "cli/command.h"
#include "cli/near.h"

enum { CONTENT_MAX = 1 << 20, TIMEOUT_MS = 5000, SPAN_MAX_S = 10 * 366 * 86400 };

struct maintenance_options {
	const char *until, *admin;
};

static const struct option options[] = {
	{ "until", 0, OPTION_TEXT, offsetof(struct maintenance_options, until), "TIME",
	  "on: when it is expected to end; 2026-01-08T12:00:00Z, or 30m from now", 0, 0 },
	{ "admin", 0, OPTION_TEXT, offsetof(struct maintenance_options, admin), "URL",
	  "the server's admin listener; " ADMIN_DEFAULT, 0, 0 },
	OPTION_END,
};

/* "30m" as seconds, at most ten years of them; false where it is no such thing. */
static bool read_span(struct str text, int64_t *ret_s)
{
	uint64_t ms;

	if (!duration_read(text, &ms) || ms < 1000 || ms / 1000 > SPAN_MAX_S)
		return false;
	*ret_s = (int64_t)(ms / 1000);
	return true;
}

/* The path to PUT to; false where `until` is no time that is yet to come. */
static bool write_path(struct buf *path, const char *until)
{
	int64_t now_s = clock_wall_ms() / 1000, end_s, span_s;
	char text[CLOCK_RFC3339_LEN];

	buf_lit(path, "/-/maintenance");
	if (!until)
		return true;
	if (read_span(str_from(until), &span_s))
		end_s = now_s + span_s;
	else if (!clock_rfc3339_parse(str_from(until), &end_s) || end_s <= now_s)
		return false;
	buf_printf(path, "?until=%.*s", (int)clock_rfc3339(text, end_s * 1000, false), text);
	return true;
}

static int tell(int status, struct str content, const char *admin)
{
	if (status == 200) {
		printf("%.*s\n", STR_ARG(content));
		return EXIT_OK;
	}
	if (status == 421)
		command_error("%s is not a name that the server's admin listener knows: see --admin-host", admin);
	else
		command_error("%s answers %d: is it the admin listener of a Statute?", admin, status);
	return EXIT_FAILED;
}

static int ask(const char *method, struct str path, const char *admin)
{
	const struct ask_admin request = {
		.url = str_from(admin), .path = path, .method = method, .accept = "application/json",
		.timeout_ms = TIMEOUT_MS,
	};
	char cause[FETCH_CAUSE];
	struct buf content;
	int status, code;

	buf_init(&content, NULL, CONTENT_MAX);
	if (ask_admin(&request, &content, &status, cause) < 0) {
		command_error("no answer from %s: %s; the line \"admin on\" of statute serve says where to ask", admin,
		              cause);
		code = EXIT_FAILED;
	} else {
		code = tell(status, buf_str(&content), admin);
	}
	buf_done(&content);
	return code;
}

static const char *method_of(const char *word)
{
	static const struct {
		const char *word, *method;
	} actions[] = { { "on", "PUT" }, { "off", "DELETE" }, { "status", "GET" } };
	struct near near;

	near_init(&near, str_from(word));
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(word, actions[i].word) == 0)
			return actions[i].method;
		near_offer(&near, actions[i].word);
	}
	fprintf(stderr, "statute maintenance: there is nothing called \"%s\"", word);
	near_print(&near);
	fputs("\nTry: statute maintenance --help\n", stderr);
	return NULL;
}

static int run(const void *given, char *const *words, size_t count)
{
	const struct maintenance_options *chosen = given;
	const char *admin = chosen->admin ? chosen->admin : ADMIN_DEFAULT, *method;
	struct buf path;
	int code = EXIT_USAGE;

	if (count > 1)
		return command_misused(&cmd_maintenance, "on, off or status, one of them");
	if (!(method = method_of(count ? words[0] : "status")))
		return EXIT_USAGE;
	if (chosen->until && strcmp(method, "PUT") != 0)
		return command_misused(&cmd_maintenance, "--until goes with on");
	if (!ask_admin_is_url(str_from(admin)))
		return command_misused(&cmd_maintenance, "--admin takes a URL, such as " ADMIN_DEFAULT ", not \"%s\"",
		                       admin);
	buf_init(&path, NULL, CONTENT_MAX);
	if (write_path(&path, chosen->until))
		code = ask(method, buf_str(&path), admin);
	else
		command_misused(&cmd_maintenance, "--until takes a time that is yet to come, such as "
		                                  "2026-01-08T12:00:00Z or 30m, not \"%s\"", chosen->until);
	buf_done(&path);
	return code;
}

const struct command cmd_maintenance = {
	.name = "maintenance",
	.summary = "take a running server out of service, and back",
	.usage = "[on|off|status] [options]",
	.help = "While it is on, everything but health probes is answered 503 MAINTENANCE, with Retry-After\n"
		"and, where --until was given, the estimated end. SIGUSR1 to the server turns it on, and off again.\n",
	.options = options,
	.options_size = sizeof(struct maintenance_options),
	.run = run,
};
