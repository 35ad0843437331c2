/*
 * x-statute: {files: …} on a path or an operation: GET reads the files of a folder, which the last
 * parameter of the path names. See struct file_binding.
 */
#include "openapi/binder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define EXAMPLE "write files: ./videos, or files: {folder: ./public, deep: true}"

struct file_key {
	struct str name;
	int (*read)(struct binder *binder, const struct json *value, struct file_binding *said);
};

static int read_path_of(struct binder *binder, const struct json *value, struct file_binding *said)
{
	struct str path = json_text(value);

	if (!json_is(value, JSON_STRING) || !path.len || memchr(path.at, '\0', path.len)) {
		bind_issue_type(binder, value, "files.folder", EXAMPLE);
		return 0;
	}
	said->folder = bind_path_beside(binder, value->at, path);
	said->at = value->at;
	return 0;
}

static bool read_flag(struct binder *binder, const struct json *value, const char *key, const char *remedy)
{
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		bind_issue_type(binder, value, key, remedy);
	return json_is_true(value);
}

static int read_deep(struct binder *binder, const struct json *value, struct file_binding *said)
{
	said->is_deep = read_flag(binder, value, "files.deep", "write deep: true");
	return 0;
}

static int read_precompressed(struct binder *binder, const struct json *value, struct file_binding *said)
{
	said->is_plain = !read_flag(binder, value, "files.precompressed", "write precompressed: false");
	return 0;
}

static int read_disposition(struct binder *binder, const struct json *value, struct file_binding *said)
{
	if (!str_eq(json_text(value), S("inline")) && !str_eq(json_text(value), S("attachment")))
		issues_add(binder->issues, value->at, "write disposition: attachment, or leave it out",
		           "x-statute.files.disposition can only be 'inline' or 'attachment'");
	said->is_attachment = str_eq(json_text(value), S("attachment"));
	return 0;
}

static int read_cache_control(struct binder *binder, const struct json *value, struct file_binding *said)
{
	struct str text = json_text(value);
	bool is_plain = json_is(value, JSON_STRING) && text.len;

	for (size_t i = 0; i < text.len; i++)
		is_plain &= text.at[i] >= ' ' && text.at[i] <= '~';
	if (!is_plain)
		bind_issue_type(binder, value, "files.cache-control", "write cache-control: \"public, max-age=3600\"");
	said->cache_control = text;
	return 0;
}

static int read_uploads(struct binder *binder, const struct json *value, struct file_binding *said)
{
	return upload_binding_read(binder, value, &said->uploads);
}

static const struct file_key keys[] = {
	{ STR_INIT("cache-control"), read_cache_control },
	{ STR_INIT("deep"), read_deep },
	{ STR_INIT("disposition"), read_disposition },
	{ STR_INIT("folder"), read_path_of },
	{ STR_INIT("precompressed"), read_precompressed },
	{ STR_INIT("uploads"), read_uploads },
	{ { NULL, 0 }, NULL },
};

static int read_member(struct binder *binder, const struct json *member, struct file_binding *said)
{
	const struct file_key *key = keys;
	struct buf known;

	while (key->read && !str_eq(key->name, member->name))
		key++;
	if (key->read)
		return key->read(binder, member, said);
	buf_init(&known, binder->arena, 4096);
	buf_lit(&known, "the keys here are");
	for (key = keys; key->read; key++)
		buf_printf(&known, "%s %.*s", key == keys ? "" : ",", STR_ARG(key->name));
	buf_add_char(&known, '\0');
	issues_add(binder->issues, member->name_at, known.at, "x-statute.files has no key '%.*s'",
	           STR_ARG(member->name));
	return 0;
}

static bool ends_in_parameter(const struct path_item *path)
{
	const struct path_segment *last = path->segment_count ? &path->segments[path->segment_count - 1] : NULL;

	return last && last->parameter.at && !last->more && !last->prefix.len && !last->suffix.len;
}

/*
 * The path's last parameter names the file; where the tree goes on below, it takes what follows too. A path
 * without one is for files that are posted, and get their names then.
 */
static int read_path(struct binder *binder, const struct path_item *path, const struct json *value,
                     struct file_binding *said)
{
	int r = 0;

	if (said->uploads && !path->parameter_count)
		return 0;
	if (said->uploads && said->is_deep)
		issues_add(binder->issues, value->at, "leave deep out where there are uploads",
		           "x-statute.files has uploads into a tree of folders");
	if (!ends_in_parameter(path)) {
		issues_add(binder->issues, value->name_at, "write the path like /videos/{name}",
		           "x-statute.files is on a path that does not end in a parameter, which names the file");
		return 0;
	}
	said->parameter = path->parameter_count - 1;
	if (said->is_deep)
		r = router_add_rest(binder->api->router, binder->arena, binder->document->paths[path->index]);
	if (r != STATUTE_EINVAL)
		return r;
	issues_add(binder->issues, value->at, "write the path like /static/{path}",
	           "x-statute.files is deep on a path with more parameters than one");
	return 0;
}

int folder_read(struct binder *binder, const struct path_item *path, const struct json *value,
               const void **ret_said)
{
	struct file_binding *said = arena_new(binder->arena, struct file_binding);
	int r;

	if (!said)
		return STATUTE_ENOMEM;
	said->fd = -1;
	if (json_is(value, JSON_STRING))
		read_path_of(binder, value, said);
	else if (!json_is(value, JSON_OBJECT) || !json_get(value, S("folder")))
		issues_add(binder->issues, value->at, EXAMPLE, "x-statute.files names no folder");
	json_each(member, value)
		if ((r = read_member(binder, member, said)) < 0)
			return r;
	said->next = binder->api->files;
	binder->api->files = said;
	*ret_said = said;
	return read_path(binder, path, value, said);
}

int folder_complete(struct binder *binder, struct bound_operation *bound)
{
	enum method method = bound->operation->method;
	bool is_read = method == METHOD_GET || method == METHOD_HEAD;

	if (upload_takes(method)) {
		upload_complete(binder, bound, bound->special.said);
		return 0;
	}
	if (is_read && bound->operation->path->parameter_count)
		return 0;
	bound->kind = BINDING_NONE;
	bound->why_not = is_read ? S("no parameter of the path names a file")
	                         : S("files take GET, PUT, POST and DELETE");
	return 0;
}

/* A file has the type that it has, whatever Accept says; GET has no content to speak of. */
void folder_settle(const struct api *api, struct bound_operation *bound)
{
	static const enum statute_fact yes[] = {
		STATUTE_FACT_ACCEPT_FITS, STATUTE_FACT_PARENTS_EXIST, STATUTE_FACT_VISIBLE,
		STATUTE_FACT_ALLOWED_ON_RESOURCE, STATUTE_FACT_SCHEMA_HOLDS, STATUTE_FACT_RULES_HOLD,
		STATUTE_FACT_PATCH_TESTS_HOLD, STATUTE_FACT_PATCH_PATHS_EXIST, STATUTE_FACT_PATCH_RESULT_FITS,
		STATUTE_FACT_TAKES_RANGES,
	};
	static const enum statute_fact no[] = {
		STATUTE_FACT_TAKES_CONTENT, STATUTE_FACT_NEEDS_CONTENT, STATUTE_FACT_HAS_NO_ROW,
		STATUTE_FACT_IS_ACTION, STATUTE_FACT_TOMBSTONE, STATUTE_FACT_SETS_READ_ONLY,
		STATUTE_FACT_ID_DIFFERS, STATUTE_FACT_BODY_VERSION_STALE, STATUTE_FACT_MEMBER_FORBIDDEN,
	};

	const struct file_binding *files = bound->special.said;

	(void)api;
	if (bound->kind == BINDING_UPLOAD)
		upload_settle(bound, files->uploads);
	if (bound->kind != BINDING_FILES)
		return;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		statute_fact_set(&bound->fixed, yes[i], true);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		statute_fact_set(&bound->fixed, no[i], false);
	statute_fact_forget(&bound->fixed, STATUTE_FACT_HAS_RANGE);
}

/* ---- While it is served --------------------------------------------------- */

int folders_open(const struct api *api, struct issues *issues)
{
	int r = 0;

	for (struct file_binding *files = api->files; files; files = files->next) {
		files->fd = open(files->folder.at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (files->fd >= 0)
			continue;
		issues_add(issues, files->at, "a path counts from the folder of the document that names it",
		           "the folder %s cannot be opened: %s", files->folder.at, strerror(errno));
		r = STATUTE_EDOCUMENT;
	}
	return r;
}

void folders_close(const struct api *api)
{
	for (struct file_binding *files = api ? api->files : NULL; files; files = files->next) {
		if (files->fd >= 0)
			close(files->fd);
		files->fd = -1;
	}
}
