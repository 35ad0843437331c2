/*
 * Uploads into a folder: PUT and DELETE of a name in it, POST of a file that gets its name here. What is
 * there is looked up on the loop, for the decision, and once more at the moment of the change.
 */
#include "resource/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "message/file_type.h"
#include "message/uri.h"
#include "resource/file.h"

enum { LOCATION_MAX = 1 << 16 };

static void end(void *data)
{
	struct upload *upload = data;

	upload_file_done(&upload->file);
}

struct upload *upload_of(struct exchange *x)
{
	struct upload *upload = x->kind_data;

	if (upload)
		return upload;
	upload = arena_new(&x->arena, struct upload);
	if (!upload || arena_on_end(&x->arena, end, upload) < 0)
		return NULL;
	upload->file = (struct upload_file)UPLOAD_FILE_INIT;
	upload->files = x->bound->special.said;
	x->kind_data = upload;
	return upload;
}

/* ---- Names and types ------------------------------------------------------ */

bool upload_type_fits(const struct exchange *x, struct str type)
{
	const struct request_body *body = x->bound->operation->body;
	struct media_type sent;
	bool has_others = false;

	if (!media_type_parse(type, false, &sent))
		return false;
	for (size_t i = 0; i < body->media_count; i++) {
		const struct media_type *declared = &body->media[i].type;

		if (str_eq_nocase(declared->type, S("multipart")))
			continue;
		if (media_type_covers(declared, &sent))
			return true;
		has_others = true;
	}
	return !has_others;
}

bool upload_name_fits(const struct exchange *x, struct str name)
{
	struct str served = file_type(name);

	return str_eq(served, S("application/octet-stream")) || upload_type_fits(x, served);
}

static struct str sent_name(struct exchange *x)
{
	const struct file_binding *files = x->bound->special.said;

	if (x->request.method == METHOD_POST)
		return (struct str){ 0 };
	return file_name(x, files);
}

static bool has_controls(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.at[i] < ' ' || name.at[i] == 0x7F)
			return true;
	return false;
}

/* A name that no file can have names nothing. What a name would be served as must be taken, too. */
static int check(struct exchange *x)
{
	struct str name = sent_name(x);

	if (x->request.method == METHOD_POST)
		return 0;
	if (!name.at || name.len > NAME_MAX || has_controls(name))
		x->parameters.path_is_valid = false;
	else if (x->request.method == METHOD_PUT && x->request.has_content && !upload_name_fits(x, name))
		FACT(TYPE_SUPPORTED, false);
	return 0;
}

/* ---- What is there -------------------------------------------------------- */

/*
 * A file that was put here is whole from the beginning, so that its tag is strong at once: what GET says of
 * a file that is a moment old, that it may change yet, is for those that are written in place.
 */
static void see(struct exchange *x, const struct stat *stat)
{
	x->target.etag = file_etag(&x->arena, stat, (struct str){ 0 }, INT64_MAX / 2);
	x->target.modified_s = stat->st_mtim.tv_sec;
}

static int look_up(struct exchange *x, const struct upload *upload, struct stat *ret_stat)
{
	int r = fstatat(upload->files->fd, upload->name, ret_stat, AT_SYMLINK_NOFOLLOW) < 0 ? errno : 0;

	if (r && r != ENOENT)
		x->cause = "the folder of the files cannot be read";
	return r;
}

/* What is no file is none of ours: it cannot be seen, and nothing can take its place. */
static int find(struct exchange *x)
{
	struct upload *upload = upload_of(x);
	struct stat stat = { 0 };
	bool exists;
	int r;

	if (!upload)
		return STATUTE_ENOMEM;
	FACT(STORE_ANSWERS, true);
	if (x->request.method == METHOD_POST)
		return 0;
	if (!upload->name && !(upload->name = sent_name(x).at))
		return STATUTE_ENOMEM;
	r = look_up(x, upload, &stat);
	FACT(STORE_ANSWERS, r == 0 || r == ENOENT);
	exists = r == 0 && S_ISREG(stat.st_mode);
	FACT(EXISTS, exists);
	x->target.etag = (struct str){ 0 };
	x->target.modified_s = -1;
	if (exists)
		see(x, &stat);
	upload->has_replaced = exists;
	exchange_find_preconditions(x, exists);
	return 0;
}

/* The content was held against all that is asked of it as it came. */
static int understand(struct exchange *x)
{
	struct upload *upload = upload_of(x);

	return upload ? form_understand(x, upload) : STATUTE_ENOMEM;
}

/* ---- The answer ----------------------------------------------------------- */

static struct str location(struct exchange *x, const struct upload *upload)
{
	struct str path = x->request.path;
	struct buf buf;

	while (path.len && path.at[path.len - 1] == '/')
		path.len--;
	buf_init(&buf, &x->arena, LOCATION_MAX);
	buf_add(&buf, path);
	buf_add_char(&buf, '/');
	uri_encode(&buf, str_from(upload->name));
	return buf_str(&buf);
}

/* It is stored as it was sent, so that its tag may be told (RFC 9110 section 9.3.4). */
static int reply(struct exchange *x)
{
	const struct upload *upload = x->kind_data;

	if (x->request.method == METHOD_DELETE)
		return 0;
	if (x->request.method == METHOD_POST)
		response_set(&x->response, S("Location"), location(x, upload));
	see(x, &upload->placed);
	exchange_add_validators(x);
	return 0;
}

static void explain(struct exchange *x)
{
	if (x->response.status == 409)
		x->problem.detail = S("Something that is no file has this name.");
	else if (x->response.status == 415 && x->request.method == METHOD_PUT && !upload_name_fits(x, sent_name(x)))
		x->problem.detail = str_printf(&x->arena, "A file of this name is %.*s, which is not taken.",
		                               STR_ARG(file_type(sent_name(x))));
}

void resource_sweep(const struct api *api)
{
	for (const struct file_binding *files = api->files; files; files = files->next)
		if (files->uploads && files->fd >= 0)
			upload_sweep(files->fd);
}

const struct exchange_kind upload_kind = {
	.name = "upload",
	.check = check,
	.find = find,
	.take = upload_take,
	.taken = upload_taken,
	.understand = understand,
	.write = upload_write,
	.reply = reply,
	.explain = explain,
};
