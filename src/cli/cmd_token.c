/* `statute token`: development keys and tokens, and what a token is worth. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <statute/token.h>

#include "cli/command.h"
#include "cli/near.h"

enum { FILE_MAX = 1 << 20 };

struct token_options {
	const char *keys, *algorithm, *id;
	const char *subject, *roles, *scope, *issuer, *audience, *claims, *type;
	uint64_t life_ms, leeway_ms;
};

#define AT(member) offsetof(struct token_options, member)

static const struct token_options defaults = {
	.algorithm = "EdDSA", .id = "dev", .life_ms = 3600000, .leeway_ms = 60000,
};

static const struct option options[] = {
	{ "keys", 'k', OPTION_TEXT, AT(keys), "FILE", "the key set: for public, make and check", 0, 0 },
	{ "algorithm", 'a', OPTION_TEXT, AT(algorithm), "NAME", "of a new key: EdDSA, ES256 or HS256", 0, 0 },
	{ "id", 0, OPTION_TEXT, AT(id), "NAME", "of a new key: its kid", 0, 0 },
	{ "subject", 's', OPTION_TEXT, AT(subject), "NAME", "make: who it is for (sub)", 0, 0 },
	{ "roles", 'r', OPTION_TEXT, AT(roles), "NAMES", "make: with commas between", 0, 0 },
	{ "scope", 0, OPTION_TEXT, AT(scope), "NAMES", "make: with spaces between", 0, 0 },
	{ "issuer", 0, OPTION_TEXT, AT(issuer), "NAME", "make: from whom (iss); check: demanded", 0, 0 },
	{ "audience", 0, OPTION_TEXT, AT(audience), "NAME", "make: for what (aud); check: demanded", 0, 0 },
	{ "claims", 0, OPTION_TEXT, AT(claims), "JSON", "make: further claims, an object", 0, 0 },
	{ "type", 0, OPTION_TEXT, AT(type), "NAME", "make: what kind it is (typ of its header); JWT", 0, 0 },
	{ "for", 0, OPTION_DURATION, AT(life_ms), "TIME", "make: how long it holds", 1000, 0 },
	{ "leeway", 0, OPTION_DURATION, AT(leeway_ms), "TIME", "check: by how much clocks may differ", 0, 0 },
	OPTION_END,
};

/* A whole file, or standard input for "-", NUL-terminated, to be freed; NULL after a message. */
static char *read_whole(const char *path, size_t *ret_len)
{
	bool is_input = strcmp(path, "-") == 0;
	FILE *file = is_input ? stdin : fopen(path, "rb");
	char *text = file ? malloc(FILE_MAX + 1) : NULL;

	if (!file) {
		command_error("%s: cannot be read", path);
		return NULL;
	}
	if (text) {
		*ret_len = fread(text, 1, FILE_MAX, file);
		text[*ret_len] = '\0';
	}
	if (!is_input)
		fclose(file);
	return text;
}

static int read_keys(const char *path, struct statute_keys **ret_keys)
{
	struct statute_keys_fault fault;
	size_t len = 0;
	char *text;
	int r;

	if (!path)
		return command_misused(&cmd_token, "which keys? Say --keys FILE");
	text = read_whole(path, &len);
	if (!text)
		return EXIT_USAGE;
	r = statute_keys_read(text, len, ret_keys, &fault);
	free(text);
	if (r == STATUTE_ESYNTAX || r == STATUTE_EINVAL) {
		fprintf(stderr, "%s:%u:%u: error: %s\n", path, fault.line, fault.column, fault.issue);
		return EXIT_USAGE;
	}
	if (r < 0)
		command_error("%s: %s", path, statute_err_text(r));
	return r < 0 ? EXIT_FAILED : EXIT_OK;
}

static int failed(int r)
{
	command_error("%s", statute_err_text(r));
	return EXIT_FAILED;
}

/* ---- The actions ----------------------------------------------------- */

static int make_key(const struct token_options *chosen)
{
	struct statute_keys *keys;
	int r = statute_keys_make(chosen->algorithm, chosen->id, &keys);

	if (r == STATUTE_ENOTFOUND)
		return command_misused(&cmd_token, "keys are made for EdDSA, ES256 and HS256, not for %s",
		                       chosen->algorithm);
	if (r < 0)
		return failed(r);
	fputs(statute_keys_text(keys), stdout);
	statute_keys_free(keys);
	return EXIT_OK;
}

/* The key is nowhere else: whoever loses it needs another. */
static int make_api_key(void)
{
	char key[STATUTE_API_KEY_SIZE], hash[STATUTE_API_KEY_HASH_SIZE];
	int r = statute_api_key_make(key, hash);

	if (r < 0)
		return failed(r);
	printf("key  %s\nhash %s\n", key, hash);
	return EXIT_OK;
}

static int print_public(struct statute_keys *keys, const struct token_options *chosen)
{
	const char *text;
	int r = statute_keys_public_text(keys, &text);

	if (r == STATUTE_EINVAL) {
		command_error("%s: a secret has no public part: whoever checks with it can sign with it", chosen->keys);
		return EXIT_FAILED;
	}
	if (r < 0)
		return failed(r);
	fputs(text, stdout);
	return EXIT_OK;
}

static int make_token(struct statute_keys *keys, const struct token_options *chosen)
{
	int64_t now = (int64_t)time(NULL);
	const struct statute_claims claims = {
		.subject = chosen->subject, .issuer = chosen->issuer, .audience = chosen->audience,
		.scope = chosen->scope, .roles = chosen->roles, .issued_s = now,
		.expires_s = now + (int64_t)(chosen->life_ms / 1000), .more = chosen->claims, .type = chosen->type,
	};
	const char *token;
	int r = statute_token_sign(keys, &claims, &token);

	if (r == STATUTE_ENOTFOUND) {
		command_error("%s: no private key of EdDSA, ES256 or HS256 to sign with", chosen->keys);
		return EXIT_FAILED;
	}
	if (r == STATUTE_EINVAL && chosen->claims)
		return command_misused(&cmd_token, "--claims is no JSON object, or the key is broken");
	if (r < 0)
		return failed(r);
	puts(token);
	return EXIT_OK;
}

static int check_text(struct statute_keys *keys, const struct token_options *chosen, const char *token)
{
	const struct statute_token_rules rules = {
		.issuer = chosen->issuer, .audience = chosen->audience,
		.leeway_s = (int64_t)(chosen->leeway_ms / 1000),
	};
	struct statute_token_report report;
	int r = statute_token_check(keys, token, &rules, (int64_t)time(NULL), &report);

	if (r < 0)
		return failed(r);
	if (!report.code) {
		fputs(report.claims, stdout);
		return EXIT_OK;
	}
	fprintf(stderr, "%s: %s\n", report.code, report.reason);
	return EXIT_FAILED;
}

static int check_token(struct statute_keys *keys, const struct token_options *chosen, const char *word)
{
	size_t len = 0;
	char *text = strcmp(word, "-") == 0 ? read_whole(word, &len) : strdup(word);
	int code;

	if (!text)
		return failed(STATUTE_ENOMEM);
	text[strcspn(text, "\r\n")] = '\0';
	code = check_text(keys, chosen, text);
	free(text);
	return code;
}

static int misnamed(const char *word)
{
	static const char *const actions[] = { "key", "public", "make", "check", "apikey" };
	struct near near;

	near_init(&near, str_from(word));
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		near_offer(&near, actions[i]);
	fprintf(stderr, "statute token: there is nothing called \"%s\"", word);
	near_print(&near);
	fputs("\nTry: statute token --help\n", stderr);
	return EXIT_USAGE;
}

static int run(const void *given, char *const *words, size_t count)
{
	const struct token_options *chosen = given;
	const char *action = count ? words[0] : "";
	bool checks = strcmp(action, "check") == 0;
	struct statute_keys *keys = NULL;
	int code;

	if (!count)
		return command_misused(&cmd_token, "key, public, make, check or apikey?");
	if (!checks && strcmp(action, "key") != 0 && strcmp(action, "public") != 0 && strcmp(action, "make") != 0 &&
	    strcmp(action, "apikey") != 0)
		return misnamed(action);
	if (count != (checks ? 2 : 1))
		return command_misused(&cmd_token, checks ? "which token? \"-\" reads it from standard input"
		                                          : "one word too many");
	if (strcmp(action, "key") == 0)
		return make_key(chosen);
	if (strcmp(action, "apikey") == 0)
		return make_api_key();
	if ((code = read_keys(chosen->keys, &keys)) != EXIT_OK)
		return code;
	if (checks)
		code = check_token(keys, chosen, words[1]);
	else
		code = strcmp(action, "make") == 0 ? make_token(keys, chosen) : print_public(keys, chosen);
	statute_keys_free(keys);
	return code;
}

const struct command cmd_token = {
	.name = "token",
	.summary = "make development keys and tokens, and check tokens",
	.usage = "key|public|make|check TOKEN|apikey [options]",
	.help = "  token key > keys.json                 a new private key, for development\n"
		"  token public -k keys.json             its public part: what a server verifies with\n"
		"  token make -k keys.json -s ada        a token that holds for an hour\n"
		"  token check -k keys.json TOKEN        its claims, or why it does not hold (exit code 1)\n"
		"  token apikey                          an API key, and the hash of it that is stored\n",
	.options = options,
	.options_size = sizeof(struct token_options),
	.defaults = &defaults,
	.run = run,
};
