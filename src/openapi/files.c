/*
 * The files of a document: reading, decoding, parsing, each once.
 *
 * Only regular files are read, up to a size; nothing is ever fetched over a
 * network. A text that begins with '{' or '[' is tried as JSON first, since JSON
 * has escapes that YAML readers refuse, and is faster.
 */
#include "openapi/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message/uri.h"
#include "openapi/yaml.h"

/* Reading. */

static int read_whole(int fd, char *at, size_t size, size_t *ret_len)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, at + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return STATUTE_EIO;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

static int read_open(struct loader *loader, int fd, struct str shown, uint32_t referrer, struct str *ret_text)
{
	struct issues *issues = &loader->document.issues;
	struct stat status;
	char *at;
	size_t len;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		issues_add(issues, referrer, NULL, "%.*s is not a regular file", STR_ARG(shown));
		return STATUTE_EIO;
	}
	if (status.st_size > FILE_SIZE_MAX) {
		issues_add(issues, referrer, NULL, "%.*s is larger than %d MiB", STR_ARG(shown),
		           FILE_SIZE_MAX / (1024 * 1024));
		return STATUTE_EIO;
	}
	if (!(at = arena_alloc(loader->document.arena, (size_t)status.st_size)))
		return STATUTE_ENOMEM;
	if (read_whole(fd, at, (size_t)status.st_size, &len) < 0) {
		issues_add(issues, referrer, NULL, "cannot read %.*s: %s", STR_ARG(shown), strerror(errno));
		return STATUTE_EIO;
	}
	*ret_text = str_of(at, len);
	return 0;
}

static int read_text(struct loader *loader, const char *path, struct str shown, uint32_t referrer,
                     struct str *ret_text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r;

	if (fd < 0) {
		issues_add(&loader->document.issues, referrer, NULL, "cannot read %.*s: %s", STR_ARG(shown),
		           strerror(errno));
		return STATUTE_EIO;
	}
	r = read_open(loader, fd, shown, referrer, ret_text);
	close(fd);
	return r;
}

/* Parsing. */

static bool is_utf16(struct str text)
{
	return str_starts(text, S("\xFE\xFF")) || str_starts(text, S("\xFF\xFE")) ||
	       (text.len >= 2 && (!text.at[0] || !text.at[1]));
}

/* False where the text is no UTF-8; an issue at the first wrong byte says so. */
static bool check_encoding(struct issues *issues, struct str text, uint32_t base)
{
	const char *at = text.at, *end = text.at + text.len;

	if (is_utf16(text)) {
		issues_add(issues, base, "save the file as UTF-8", "the file is UTF-16");
		return false;
	}
	if (str_is_utf8(text))
		return true;
	while (at < end && utf8_next(&at, end) >= 0)
		;
	issues_add(issues, base + (uint32_t)(at - text.at), "save the file as UTF-8",
	           "a byte that is no UTF-8");
	return false;
}

static int parse_json(struct loader *loader, struct str text, uint32_t base, struct json_fault *ret_fault,
                      struct json **ret_root)
{
	const struct json_limits limits = {
		.depth = DOCUMENT_DEPTH_MAX,
		.nodes = DOCUMENT_NODES_MAX,
		.base = base,
	};

	return json_parse(loader->document.arena, text, &limits, ret_root, ret_fault);
}

static bool looks_like_json(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!strchr(" \t\r\n", text.at[i]))
			return text.at[i] == '{' || text.at[i] == '[';
	return false;
}

static int parse_text(struct loader *loader, struct str path, struct str text, uint32_t base,
                      struct json **ret_root)
{
	struct issues *issues = &loader->document.issues;
	bool is_named_json = str_ends(path, S(".json"));
	struct json_fault fault;
	int r;

	if (!check_encoding(issues, text, base))
		return STATUTE_EDOCUMENT;
	if (is_named_json || looks_like_json(text)) {
		r = parse_json(loader, text, base, &fault, ret_root);
		if (r == 0 || r == STATUTE_ENOMEM)
			return r;
		if (is_named_json) {
			issues_add(issues, base + (uint32_t)fault.at, NULL, "%s", fault.issue);
			return STATUTE_EDOCUMENT;
		}
	}
	return yaml_parse(loader->document.arena, text, base, issues, ret_root);
}

int files_read(struct loader *loader, const char *path, struct str shown, uint32_t referrer,
               struct json **ret_root)
{
	struct sources *sources = &loader->document.sources;
	struct json *root = NULL;
	struct source *source;
	struct str text;
	uint32_t base;
	size_t index;
	int r;

	if ((r = read_text(loader, path, shown, referrer, &text)) < 0)
		return r;
	if (!(source = sources_add(sources, shown, text)))
		return STATUTE_ENOMEM;
	base = source->base;
	index = sources->count - 1;
	if (str_starts(text, S("\xEF\xBB\xBF"))) {
		text = str_sub(text, 3, text.len);
		base += 3;
	}
	if ((r = parse_text(loader, shown, text, base, &root)) < 0)
		return r;
	sources->list[index].root = root;
	*ret_root = root;
	return 0;
}

/* Names. */

static void add_path(struct buf *buf, struct str path)
{
	while (path.at) {
		struct str segment = str_cut(&path, '/');

		uri_encode(buf, segment);
		if (path.at)
			buf_add_char(buf, '/');
	}
}

struct str files_uri(struct arena *arena, const char *path)
{
	struct buf buf;

	buf_init(&buf, arena, 1 << 16);
	buf_lit(&buf, "file://");
	if (path[0] != '/') {
		char *cwd = getcwd(NULL, 0);

		if (!cwd)
			return (struct str){ 0 };
		add_path(&buf, str_from(cwd));
		buf_add_char(&buf, '/');
		free(cwd);
	}
	add_path(&buf, str_from(path));
	if (buf.failed)
		return (struct str){ 0 };
	return uri_resolve(arena, buf_str(&buf), buf_str(&buf)); /* without dot segments */
}

/* The path of a file: URI; {NULL, 0} for any other, and without memory. NUL-terminated. */
static struct str path_of(struct arena *arena, struct str uri)
{
	struct str prefix = S("file://");
	struct str path;

	if (!str_starts(uri, prefix))
		return (struct str){ 0 };
	path = uri_decode(arena, str_sub(uri, prefix.len, uri.len), false);
	return str_dup(arena, path);
}

static struct loaded_file *add_file(struct loader *loader, struct str uri)
{
	struct arena *arena = loader->document.arena;
	struct loaded_file *file = arena_new(arena, struct loaded_file);
	void **place;

	if (!file || !(file->uri = str_dup(arena, uri)).at || !(place = map_put(&loader->files, file->uri)))
		return NULL;
	*place = file;
	return file;
}

int files_load(struct loader *loader, struct str uri, uint32_t referrer, const struct loaded_file **ret_file)
{
	struct issues *issues = &loader->document.issues;
	struct loaded_file *file = map_get(&loader->files, uri);
	struct str path, shown;
	int r = 0;

	if (file) {
		*ret_file = file;
		return 0;
	}
	if (!(path = path_of(loader->document.arena, uri)).at || !(file = add_file(loader, uri)))
		return STATUTE_ENOMEM;
	shown = path;
	if (loader->cwd.len && str_starts(path, loader->cwd))
		shown = str_sub(path, loader->cwd.len, path.len);
	if (str_find(path, '\0') < path.len)
		issues_add(issues, referrer, NULL, "a file has no NUL in its name");
	else if (loader->files.count > FILES_MAX)
		issues_add(issues, referrer, NULL, "the document is made of more than %d files", FILES_MAX);
	else
		r = files_read(loader, path.at, shown, referrer, &file->root);
	if (r == STATUTE_ENOMEM)
		return r;
	*ret_file = file;
	return 0;
}

/* Shown paths stay relative where the user's path is. */
static int set_cwd(struct loader *loader)
{
	char *cwd = getcwd(NULL, 0);

	if (!cwd)
		return 0;
	loader->cwd = str_printf(loader->document.arena, "%s/", strcmp(cwd, "/") ? cwd : "");
	free(cwd);
	return loader->cwd.at ? 0 : STATUTE_ENOMEM;
}

int files_load_main(struct loader *loader, const char *path, const struct loaded_file **ret_file)
{
	struct str uri = files_uri(loader->document.arena, path);
	struct loaded_file *file;
	int r;

	if (path[0] != '/' && (r = set_cwd(loader)) < 0)
		return r;
	if (!uri.at || !(file = add_file(loader, uri)))
		return STATUTE_ENOMEM;
	*ret_file = file;
	return files_read(loader, path, str_from(path), 0, &file->root);
}
