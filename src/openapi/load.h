/*
 * A document while it is loaded, and the files that it is made of. Internal to
 * the room: what others read is struct document, its first member.
 */
#ifndef STATUTE_OPENAPI_LOAD_H
#define STATUTE_OPENAPI_LOAD_H

#include "base/map.h"
#include "openapi/document.h"

/* A file that was asked for, whether it could be read or not. */
struct loaded_file {
	struct str uri; /* "file:///srv/shop.yaml" */
	struct json *root; /* NULL where it cannot be read or parsed; an issue says why */
};

struct loader {
	struct document document; /* first, so that a document is its loader */
	struct map files; /* URI → struct loaded_file */
	struct map compiled; /* node → what became of its schema; see schemas.c */
	struct str cwd; /* stripped from shown paths where it is their beginning; may be empty */
};

static inline const struct loader *loader_of(const struct document *document)
{
	return (const struct loader *)document;
}

enum {
	FILE_SIZE_MAX = 64 * 1024 * 1024,
	FILES_MAX = 1000,
	DOCUMENT_DEPTH_MAX = 200, /* of nested arrays and objects */
	DOCUMENT_NODES_MAX = 8000000,
	REFERENCE_HOPS_MAX = 64, /* of a $ref that leads to a $ref */
};

/* Without a byte order mark; the issue says why where a text is no UTF-8. */
STATUTE_CHECK int files_read(struct loader *loader, const char *path, struct str shown, uint32_t referrer,
                             struct json **ret_root);
/* "file:///…" of a path, absolute or relative to the current directory; {NULL, 0} without memory. */
struct str files_uri(struct arena *arena, const char *path);
/*
 * The file with this URI, read now where it was not yet. What is wrong is an issue,
 * once: in the file, or at `referrer` where there is no such file. *ret_file is set
 * unless the result is STATUTE_ENOMEM.
 */
STATUTE_CHECK int files_load(struct loader *loader, struct str uri, uint32_t referrer,
                             const struct loaded_file **ret_file);
/* The same for the document itself, shown as the user named it. */
STATUTE_CHECK int files_load_main(struct loader *loader, const char *path,
                                  const struct loaded_file **ret_file);

enum reference_result {
	REFERENCE_FOUND,
	REFERENCE_NOT_A_FILE, /* http: and other schemes are never fetched */
	REFERENCE_NOT_LOADED, /* ret_uri says which file */
	REFERENCE_BROKEN_FILE,
	REFERENCE_NO_TARGET, /* the file has nothing at the pointer */
	REFERENCE_NO_POINTER, /* the fragment is no JSON pointer */
	REFERENCE_NO_MEMORY
};

struct reference_target {
	const struct json *node;
	struct str base; /* URI of its file, as long-lived as the loader */
	struct str uri; /* in the arena: of the file, where it is not loaded */
};

/* Looks one reference up, from the file `base`, in what is loaded. Scratch memory comes from `arena`. */
enum reference_result reference_find(const struct loader *loader, struct arena *arena, struct str base,
                                     struct str reference, struct reference_target *ret_target);
/*
 * The same for the text of a $ref, reading the file where needed. Problems become issues at its
 * place and *ret_target's node NULL; what is on a network is only a warning where nobody needs it.
 */
STATUTE_CHECK int reference_resolve(struct loader *loader, struct str base, const struct json *reference,
                                    bool is_needed, struct reference_target *ret_target);
/* Do the references from `node` on lead back to it? */
bool reference_is_circular(const struct loader *loader, struct str base, const struct json *node);
/* The text of `$ref` in an object; {NULL, 0} where it is none. */
static inline struct str reference_of(const struct json *node)
{
	return json_get_text(node, S("$ref"));
}

#endif
