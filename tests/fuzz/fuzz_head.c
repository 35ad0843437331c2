/*
 * The head of a request: request line, target, fields, and what they say of the
 * framing. Second opinion: the grammar of RFC 9112 and RFC 3986 as patterns over the
 * whole bytes. Both accept the same heads and read the same from them.
 */
#include "fuzz/pattern.h"
#include "message/uri.h"
#include "wire/h1.h"

/* The defaults, and bounds that short inputs reach. */
static const struct h1_limits *limits_of(unsigned choice)
{
	static const struct h1_limits small = {
		.method_len = 7,
		.target = 64,
		.header_bytes = 256,
		.header_count = 4,
		.field_line = 64,
		.empty_lines = 1,
		.chunk_line = 18,
		.chunk_extensions = 32,
		.trailer_bytes = 64,
	};

	return choice & 1 ? &small : &h1_limits_default;
}

#define AUTHORITY "((?:[" UNRESERVED_OR_DELIM "]|" ESCAPE ")++|\\[[0-9A-Fa-f:.]++\\])(?::([0-9]*+))?"
#define PATH "(?:[" UNRESERVED_OR_DELIM ":@/\\x80-\\xFF]|" ESCAPE ")*+"
#define QUERY "(?:[" UNRESERVED_OR_DELIM ":@/?\\[\\]{}|\\\\^`\\x80-\\xFF]|" ESCAPE ")*+"

static struct pattern empty_line = { .text = "\\r\\n" };
static struct pattern request_line = { .text = "(" TCHAR "++) ([^ \\r\\n]++) HTTP/1\\.([0-9])\\r\\n" };
static struct pattern origin = { .text = "(/" PATH ")(?:\\?(" QUERY "))?$" };
static struct pattern absolute = { .text = "(?:[Hh][Tt][Tt][Pp][Ss]?)://([^/?]*+)(/" PATH ")?(?:\\?(" QUERY
	                                   "))?$" };
static struct pattern authority = { .text = AUTHORITY "$" };
static struct pattern field_line = { .text = "(" TCHAR "++):" OWS "([\\x21-\\x7E\\x80-\\xFF](?:" FIELD_BYTE
	                                     "*[\\x21-\\x7E\\x80-\\xFF])?|)[ \\t]*\\r\\n" };

/* RFC 3986 section 3.2.2, IPv6address. */
#define H16 "[0-9A-Fa-f]{1,4}"
#define OCTET "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
#define LS32 "(?:" H16 ":" H16 "|" OCTET "(?:\\." OCTET "){3})"
/* clang-format off */
static struct pattern ipv6 = {
	.text = "\\[(?:"
	        "(?:" H16 ":){6}" LS32
	        "|::(?:" H16 ":){5}" LS32
	        "|(?:" H16 ")?::(?:" H16 ":){4}" LS32
	        "|(?:(?:" H16 ":){0,1}" H16 ")?::(?:" H16 ":){3}" LS32
	        "|(?:(?:" H16 ":){0,2}" H16 ")?::(?:" H16 ":){2}" LS32
	        "|(?:(?:" H16 ":){0,3}" H16 ")?::" H16 ":" LS32
	        "|(?:(?:" H16 ":){0,4}" H16 ")?::" LS32
	        "|(?:(?:" H16 ":){0,5}" H16 ")?::" H16
	        "|(?:(?:" H16 ":){0,6}" H16 ")?::)\\]$"
};
/* clang-format on */

static bool reads_authority(struct str text)
{
	struct str host, port;

	if (!pattern_match(&authority, text, 0))
		return false;
	host = pattern_group(&authority, 1);
	port = pattern_group(&authority, 2);
	while (port.len && port.at[0] == '0')
		port = str_sub(port, 1, port.len);
	if (port.len > 5 || (port.len == 5 && memcmp(port.at, "65535", 5) > 0))
		return false;
	return host.at[0] != '[' || pattern_match(&ipv6, host, 0);
}

/* What the second reader found. */
struct opinion {
	struct str method, target, path, query, authority;
	struct str names[1000], values[1000];
	size_t count, end;
	int minor;
	bool is_chunked, closes, keeps;
	uint64_t length;
};

static bool reads_path(struct str path)
{
	struct arena arena;
	struct str decoded;
	bool is_good;

	arena_init(&arena, 1024, 1 << 20);
	decoded = uri_decode(&arena, path, false);
	is_good = str_is_utf8(decoded) && str_find(decoded, '\0') == decoded.len;
	arena_done(&arena);
	return is_good;
}

static bool reads_target(struct opinion *opinion)
{
	bool is_options = str_eq(opinion->method, S("OPTIONS"));

	if (str_eq(opinion->method, S("CONNECT")))
		return false;
	if (str_eq(opinion->target, S("*"))) {
		opinion->path = opinion->target;
		return is_options;
	}
	if (pattern_match(&origin, opinion->target, 0)) {
		opinion->path = pattern_group(&origin, 1);
		opinion->query = pattern_group(&origin, 2);
		return reads_path(opinion->path);
	}
	if (!pattern_match(&absolute, opinion->target, 0))
		return false;
	opinion->authority = pattern_group(&absolute, 1);
	opinion->path = pattern_group(&absolute, 2);
	opinion->query = pattern_group(&absolute, 3);
	if (!opinion->path.len)
		opinion->path = is_options && !opinion->query.at ? S("*") : S("/");
	return reads_authority(opinion->authority) && reads_path(opinion->path);
}

/* Is `option` a member of the list, without regard to case? Commas in quoted strings part nothing. */
static bool list_names(struct str list, const char *option)
{
	size_t from = 0;
	bool quoted = false;

	for (size_t i = 0; i <= list.len; i++) {
		if (i < list.len && (quoted || list.at[i] != ',')) {
			if (quoted && list.at[i] == '\\')
				i++;
			else if (list.at[i] == '"')
				quoted = !quoted;
			continue;
		}
		if (str_eq_nocase(str_trim(str_sub(list, from, i - from)), str_from(option)))
			return true;
		from = i + 1;
	}
	return from < list.len && str_eq_nocase(str_trim(str_sub(list, from, list.len)), str_from(option));
}

static bool reads_length(struct opinion *opinion, struct str value, bool is_first)
{
	uint64_t length = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return false;
		if (__builtin_mul_overflow(length, 10, &length) ||
		    __builtin_add_overflow(length, (unsigned)(value.at[i] - '0'), &length) ||
		    length > INT64_MAX)
			return false;
	}
	if (!value.len || (!is_first && length != opinion->length))
		return false;
	opinion->length = length;
	return true;
}

/* Host once; one length, or chunked alone. */
static bool reads_framing(struct opinion *opinion)
{
	size_t hosts = 0, lengths = 0, codings = 0;
	struct str host = { 0 };

	for (size_t i = 0; i < opinion->count; i++) {
		struct str name = opinion->names[i], value = opinion->values[i];

		if (str_eq_nocase(name, S("Host"))) {
			hosts++;
			host = value;
		} else if (str_eq_nocase(name, S("Transfer-Encoding"))) {
			codings++;
			opinion->is_chunked = str_eq_nocase(value, S("chunked"));
		} else if (str_eq_nocase(name, S("Content-Length"))) {
			if (!reads_length(opinion, value, !lengths++))
				return false;
		} else if (str_eq_nocase(name, S("Connection"))) {
			opinion->closes |= list_names(value, "close");
			opinion->keeps |= list_names(value, "keep-alive");
		}
	}
	if (hosts > 1 || (!hosts && opinion->minor) || (host.len && !reads_authority(host)))
		return false;
	if (!opinion->authority.at)
		opinion->authority = host;
	return !codings || (codings == 1 && !lengths && opinion->is_chunked && opinion->minor);
}

static bool reads_fields(struct opinion *opinion, struct str text, size_t at, const struct h1_limits *limits)
{
	size_t first = at;

	while (!pattern_match(&empty_line, text, at)) {
		if (opinion->count == limits->header_count || !pattern_match(&field_line, text, at) ||
		    pattern_end(&field_line) - at > limits->field_line)
			return false;
		opinion->names[opinion->count] = pattern_group(&field_line, 1);
		opinion->values[opinion->count++] = pattern_group(&field_line, 2);
		at = pattern_end(&field_line);
	}
	opinion->end = at + 2;
	return opinion->end - first <= limits->header_bytes;
}

static bool read_whole(struct opinion *opinion, struct str text, const struct h1_limits *limits)
{
	size_t at = 0;

	for (size_t lines = 0; lines < limits->empty_lines && pattern_match(&empty_line, text, at); lines++)
		at += 2;
	if (!pattern_match(&request_line, text, at))
		return false;
	opinion->method = pattern_group(&request_line, 1);
	opinion->target = pattern_group(&request_line, 2);
	opinion->minor = pattern_group(&request_line, 3).at[0] != '0';
	return opinion->method.len <= limits->method_len && opinion->target.len <= limits->target &&
	       reads_target(opinion) && reads_fields(opinion, text, pattern_end(&request_line), limits) &&
	       reads_framing(opinion);
}

static void compare(const struct opinion *opinion, const struct request *request, size_t used)
{
	must(used == opinion->end);
	must(str_eq(request->method_text, opinion->method) && str_eq(request->target, opinion->target));
	must(str_eq(request->path, opinion->path) && str_eq(request->query, opinion->query));
	must(!request->query.at == !opinion->query.at);
	must(str_eq(request->authority, opinion->authority) && request->minor == opinion->minor);
	must(request->field_count == opinion->count);
	for (size_t i = 0; i < opinion->count; i++)
		must(str_eq(request->fields[i].name, opinion->names[i]) &&
		     str_eq(request->fields[i].value, opinion->values[i]));
	must(request->is_chunked == opinion->is_chunked && request->content_length == opinion->length);
	must(request->has_content == (opinion->is_chunked || opinion->length));
	must(request->keeps_alive == (!opinion->closes && (opinion->minor || opinion->keeps)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct h1_limits *limits = limits_of(fuzz_choice(&data, &size));
	static struct opinion opinion;
	struct str text, content;
	struct request request;
	enum h1_event event;
	struct arena arena;
	struct h1 h1;
	size_t used;

	if (size > 20000)
		return 0;
	text = fuzz_text(data, size);
	opinion = (struct opinion){ 0 };
	arena_init(&arena, 4096, 1 << 24);
	h1_init(&h1, limits);
	event = h1_parse(&h1, text, &arena, &request, &used, &content);
	must((event == H1_HEAD) == read_whole(&opinion, text, limits));
	if (event == H1_HEAD)
		compare(&opinion, &request, used);
	arena_done(&arena);
	fuzz_free(text);
	return 0;
}
