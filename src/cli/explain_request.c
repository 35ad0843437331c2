/* `statute explain req_…`: asks a running server why it answered a request so; see explain.h. */
#include <stdio.h>
#include <string.h>

#include "cli/ask_admin.h"
#include "cli/command.h"
#include "cli/explain.h"

enum { CONTENT_MAX = 16 << 20, ID_MAX = 128, PATH_SIZE = 4096, TIMEOUT_MS = 5000 };

/* An id may have characters that end a path. */
static void write_path(struct buf *path, struct str id)
{
	buf_lit(path, "/-/trace/");
	for (size_t i = 0; i < id.len; i++) {
		char c = id.at[i];
		bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		                c == '-' || c == '_' || c == '.' || c == ':' || c == '/' || c == '=' || c == '+';

		if (is_plain)
			buf_add_char(path, c);
		else
			buf_printf(path, "%%%02X", (unsigned)(unsigned char)c);
	}
}

/* Another 404 means that nothing is at this path: it is no admin listener. */
static bool knows_traces(struct str content)
{
	static const char code[] = "RESOURCE_NOT_FOUND";

	return content.len && memmem(content.at, content.len, code, sizeof(code) - 1);
}

static int tell(int status, struct str content, const char *id, const char *admin, bool is_json)
{
	if (status == 200) {
		(void)fwrite(content.at, 1, content.len, stdout);
		if (is_json)
			putchar('\n');
		return EXIT_OK;
	}
	if (status == 404 && knows_traces(content))
		command_error("%s does not know %s: only the last 1,000 requests are kept", admin, id);
	else if (status == 421)
		command_error("%s is not a name that the server's admin listener knows: see --admin-host", admin);
	else
		command_error("%s answers %d: is it the admin listener of a Statute?", admin, status);
	return EXIT_FAILED;
}

int explain_request(const char *id, const char *admin, bool is_json)
{
	char cause[FETCH_CAUSE];
	struct buf path, content;
	int status, code;

	buf_init(&path, NULL, PATH_SIZE);
	buf_init(&content, NULL, CONTENT_MAX);
	write_path(&path, str_sub(str_from(id), 0, ID_MAX + 1)); /* one that is too long is nobody's */
	if (ask_admin(&(struct ask_admin){ .url = str_from(admin), .path = buf_str(&path), .timeout_ms = TIMEOUT_MS,
	                                 .accept = is_json ? "application/json" : "text/plain" },
	             &content, &status, cause) < 0) {
		command_error("no answer from %s: %s; the line \"admin on\" of statute serve says where to ask", admin,
		              cause);
		code = EXIT_FAILED;
	} else {
		code = tell(status, buf_str(&content), id, admin, is_json);
	}
	buf_done(&path);
	buf_done(&content);
	return code;
}
