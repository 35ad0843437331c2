/*
 * The kind `files`: GET and HEAD of the files of a folder, whole or in parts (RFC 9110 sections 14
 * and 15.3.7). See file.h.
 *
 * Which of several forms of a file is sent, NAME.br, NAME.gz or NAME itself, is chosen before anything
 * else is asked about it: tags, dates and ranges are of the form that is sent.
 */
#include "resource/file.h"

#include "base/random.h"
#include "message/file_type.h"
#include "message/negotiate.h"
#include "message/syntax.h"
#include "message/uri.h"

enum { BOUNDARY_LEN = RANDOM_ID_LEN, FIELD_MAX = 4096 };

static const struct file_binding *binding_of(const struct exchange *x)
{
	return x->bound->special.said;
}

/* ---- Which form ----------------------------------------------------------- */

struct form {
	struct str coding; /* empty: the file itself */
	const char *suffix;
};

static const struct form forms[] = {
	{ STR_INIT("br"), ".br" },
	{ STR_INIT("gzip"), ".gz" },
};
enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static struct str accepted_codings(struct exchange *x)
{
	return request_list(&x->request, FIELD_ACCEPT_ENCODING, &x->arena);
}

/* A compressed form that is older than its file is of another content. */
static bool is_newer(const struct stat *form, const struct stat *file)
{
	if (form->st_mtim.tv_sec != file->st_mtim.tv_sec)
		return form->st_mtim.tv_sec > file->st_mtim.tv_sec;
	return form->st_mtim.tv_nsec >= file->st_mtim.tv_nsec;
}

/*
 * Takes the compressed form that the client likes best and at least as well as the file itself; *ret_stat is
 * of it, then. False where no form of the file is acceptable.
 */
static bool choose_form(struct exchange *x, struct file_target *target, struct stat *ret_stat)
{
	const struct str none = { 0 };
	struct str accepted = binding_of(x)->is_plain ? none : accepted_codings(x);
	unsigned best = accepted.at ? accept_coding_quality(accepted, S("identity")) : 1000;
	struct stat stat = *ret_stat;
	bool has_form = false;

	for (size_t i = 0; accepted.at && i < FORMS; i++) {
		unsigned quality = accept_coding_quality(accepted, forms[i].coding);
		int fd;

		if (!quality || quality < best || (has_form && quality == best) ||
		    file_open(&x->arena, binding_of(x), target->name, forms[i].suffix, &fd, &stat) < 0 ||
		    !is_newer(&stat, ret_stat))
			continue;
		best = quality;
		has_form = true;
		target->fd = fd;
		target->coding = forms[i].coding;
	}
	if (has_form)
		*ret_stat = stat;
	return best > 0;
}

/* ---- Facts ---------------------------------------------------------------- */

static void state_ranges(struct exchange *x, struct file_target *target)
{
	struct str field = request_field(&x->request, FIELD_RANGE);
	enum range_reading reading = RANGE_NONE;

	if (x->request.method != METHOD_GET || !request_has(&x->request, FIELD_RANGE))
		return;
	if (x->request.lines[FIELD_RANGE] == 1)
		reading = range_read(field, target->length, &target->ranges);
	FACT(RANGE_USABLE, reading != RANGE_NONE);
	FACT(RANGE_SATISFIABLE, reading == RANGE_SOME);
	FACT(RANGE_IS_SINGLE, target->ranges.count == 1);
	FACT(IF_RANGE_HOLDS, x->request.lines[FIELD_IF_RANGE] == 1 &&
	                             if_range_holds(request_field(&x->request, FIELD_IF_RANGE),
	                                            x->target.etag, x->target.modified_s, x->now_ms / 1000));
}

static void state_file(struct exchange *x, struct file_target *target, struct stat *stat)
{
	if (!choose_form(x, target, stat)) {
		FACT(CODING_ACCEPTABLE, false);
		exchange_walk_anew(x);
	}
	target->length = (uint64_t)stat->st_size;
	x->target.etag = file_etag(&x->arena, stat, target->coding, x->now_ms);
	x->target.modified_s = file_modified(stat, x->now_ms);
	state_ranges(x, target);
}

static int find_failed(struct exchange *x, int r)
{
	if (r == STATUTE_ENOMEM)
		return r;
	FACT(STORE_ANSWERS, r != STATUTE_ELIMIT);
	FACT(READ_FAILED, r == STATUTE_EIO);
	x->cause = r == STATUTE_ELIMIT ? "no more files can be open" : "the file cannot be read";
	return 0;
}

static int find(struct exchange *x)
{
	struct file_target *target = arena_new(&x->arena, struct file_target);
	struct stat stat;
	int r;

	if (!target)
		return STATUTE_ENOMEM;
	x->kind_data = target;
	x->target.modified_s = -1;
	target->name = file_name(x, binding_of(x));
	r = target->name.at ? file_open(&x->arena, binding_of(x), target->name, "", &target->fd, &stat)
	                    : STATUTE_ENOTFOUND;
	if (r < 0 && r != STATUTE_ENOTFOUND)
		return find_failed(x, r);
	FACT(STORE_ANSWERS, true);
	FACT(EXISTS, r == 0);
	if (r == 0)
		state_file(x, target, &stat);
	exchange_find_preconditions(x, r == 0);
	return 0;
}

/* Content that nobody asked for means nothing here. */
static int understand(struct exchange *x)
{
	(void)x;
	return 0;
}

/* ---- The answer ----------------------------------------------------------- */

/* RFC 6266: as it is where it is plain; else in UTF-8 too, for those who know that. */
static struct str disposition(struct exchange *x, struct str name)
{
	struct buf buf;

	for (size_t i = name.len; i > 0; i--)
		if (name.at[i - 1] == '/') {
			name = str_sub(name, i, name.len);
			break;
		}
	buf_init(&buf, &x->arena, FIELD_MAX);
	buf_lit(&buf, "attachment; filename=\"");
	for (size_t i = 0; i < name.len; i++)
		buf_add_char(&buf, char_is(name.at[i], CHAR_UNRESERVED) ? name.at[i] : '_');
	buf_add_char(&buf, '"');
	if (!syntax_all(name, CHAR_UNRESERVED)) {
		buf_lit(&buf, "; filename*=UTF-8''");
		uri_encode(&buf, name);
	}
	return buf_whole(&buf);
}

static void add_fields(struct exchange *x, const struct file_target *target)
{
	const struct file_binding *files = binding_of(x);

	response_set(&x->response, S("Cache-Control"),
	             files->cache_control.len ? files->cache_control : S("no-cache"));
	if (!files->is_plain)
		exchange_add_vary(x, S("Accept-Encoding"));
	exchange_add_validators(x);
	if (x->response.status == 304)
		return;
	response_set(&x->response, S("Accept-Ranges"), S("bytes"));
	response_set(&x->response, S("X-Content-Type-Options"), S("nosniff"));
	if (target->coding.len)
		response_set(&x->response, S("Content-Encoding"), target->coding);
	if (files->is_attachment)
		response_set(&x->response, S("Content-Disposition"), disposition(x, target->name));
}

static struct str content_range(struct exchange *x, const struct file_target *target)
{
	char *text = arena_alloc(&x->arena, CONTENT_RANGE_MAX);

	if (!text)
		return (struct str){ 0 };
	return str_of(text, target->ranges.count
	                            ? content_range_write(text, &target->ranges.list[0], target->length)
	                            : content_range_write_length(text, target->length));
}

/* What tells parts apart must be in none of them, and nobody can guess it beforehand. */
static struct str make_boundary(struct exchange *x)
{
	char *text = arena_alloc(&x->arena, BOUNDARY_LEN);

	if (!text)
		return (struct str){ 0 };
	random_sortable_id(text, x->now_ms);
	return str_of(text, BOUNDARY_LEN);
}

static int reply(struct exchange *x)
{
	struct file_target *target = x->kind_data;
	struct str type, boundary = { 0 };

	add_fields(x, target);
	if (x->response.status == 304)
		return 0;
	if (x->response.status != 206)
		target->ranges.count = 0;
	type = target->type = file_type(target->name);
	if (target->ranges.count > 1) {
		boundary = make_boundary(x);
		type = str_printf(&x->arena, "multipart/byteranges; boundary=%.*s", STR_ARG(boundary));
	} else if (target->ranges.count) {
		response_set(&x->response, S("Content-Range"), content_range(x, target));
	}
	response_set(&x->response, S("Content-Type"), type);
	x->response.source = file_content(&x->arena, target, boundary);
	x->response.has_content = true;
	return x->response.source ? 0 : STATUTE_ENOMEM;
}

static void explain(struct exchange *x)
{
	const struct file_target *target = x->kind_data;

	if (x->response.status != 416 || !target)
		return;
	response_set(&x->response, S("Content-Range"), content_range(x, target));
	response_set(&x->response, S("Accept-Ranges"), S("bytes"));
}

const struct exchange_kind file_kind = {
	.name = "files",
	.find = find,
	.understand = understand,
	.reply = reply,
	.explain = explain,
};
