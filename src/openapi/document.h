/*
 * An OpenAPI document (3.0 or 3.1, YAML or JSON), loaded whole.
 *
 * Loading reads the file and every file that a $ref names, checks the structure
 * of every object, compiles every schema, and lists the operations. All problems
 * are found at once. The document is immutable after that and lives in one arena;
 * many threads may read it.
 */
#ifndef STATUTE_OPENAPI_DOCUMENT_H
#define STATUTE_OPENAPI_DOCUMENT_H

#include "json/source.h"
#include "message/media_type.h"
#include "message/message.h"
#include "schema/schema.h"

enum parameter_in { IN_PATH, IN_QUERY, IN_HEADER, IN_COOKIE };
enum parameter_style {
	STYLE_SIMPLE, STYLE_LABEL, STYLE_MATRIX, STYLE_FORM, STYLE_SPACE, STYLE_PIPE, STYLE_DEEP_OBJECT
};

struct parameter {
	struct str name;
	enum parameter_in in;
	enum parameter_style style;
	bool explodes, is_required, allows_empty;
	bool is_json;                 /* `content: application/json`: the text is JSON */
	const struct schema *schema;  /* NULL: anything */
	const struct json *node;
	struct str base;              /* URI of the file that it stands in */
	uint32_t at;
};

/* A media type of a request body or a response. */
struct media {
	struct str name;              /* as written: "application/json", or a range */
	struct media_type type;
	bool is_json;
	const struct schema *schema;  /* NULL: anything */
	const struct json *node;      /* the media type object */
};

struct request_body {
	bool is_required;
	struct media *media;
	size_t media_count;
	uint32_t at;
};

struct documented_response {
	int status;                   /* 200; 4 for "4XX"; 0 for "default" */
	struct str name;              /* as written */
	struct media *media;
	size_t media_count;
	const struct json *node;      /* the response object, $ref followed */
	uint32_t at;
};

struct path_segment {
	struct str literal;           /* decoded; empty where it is all parameter */
	struct str prefix, suffix;    /* around a parameter within the segment: "v{n}.json" */
	struct str parameter;         /* its name; at NULL for a literal segment */
	struct path_segment *more;    /* "{a}-{b}": the next one within it; its prefix separates */
};

struct operation;

struct path_item {
	struct str template_text;     /* "/users/{id}" */
	struct path_segment *segments;
	size_t segment_count;
	size_t parameter_count;       /* of the template */
	struct operation *operations[METHOD_COUNT]; /* NULL where not declared */
	struct str other_methods;     /* reserved */
	const struct json *node;      /* the path item object, $ref followed */
	const struct json *extension; /* its x-statute, or NULL */
	struct str base;
	size_t index;
	uint32_t at;
};

struct operation {
	enum method method;
	struct path_item *path;
	struct str id;                /* operationId, or empty */
	struct str summary;
	struct parameter *parameters; /* the path item's and its own, its own winning */
	size_t parameter_count;
	const struct request_body *body; /* NULL where none is declared */
	struct documented_response *responses;
	size_t response_count;
	const struct json *security;  /* its own, else the document's; NULL where none */
	const struct json *extension; /* its x-statute, or NULL */
	const struct json *node;
	struct str base;
	size_t index;                 /* in document->operations */
	uint32_t at;
	bool is_deprecated;
};

struct document {
	struct arena *arena;
	struct sources sources;
	struct issues issues;
	struct schema_set *schemas;
	const struct json *root;
	struct str title, version;    /* info.title, info.version */
	unsigned minor;               /* 3.x */
	struct str base_path;         /* of the first server URL, without a '/' at its end: "/v1" or "" */
	struct path_item **paths;     /* in document order */
	size_t path_count;
	struct operation **operations;/* in document order, GET before others only as written */
	size_t operation_count;
	const struct json *extension; /* x-statute at the root, or NULL */
};

/*
 * Loads the document at `path` ("-" is refused). Everything is in `arena`.
 * *ret_document is set even when the result is STATUTE_EDOCUMENT (the document has
 * errors: its `issues` say which) or STATUTE_EIO (the file cannot be read: one issue
 * says why), so that the issues can be printed; only STATUTE_ENOMEM leaves it untouched.
 */
STATUTE_CHECK int document_load(struct arena *arena, const char *path, struct document **ret_document);

/*
 * Follows $ref chains from `node`, which stands in the file with URI *base; *base becomes
 * the target's. NULL where it is broken or leads back to itself. Thread-safe.
 */
const struct json *document_follow(const struct document *document, const struct json *node,
                                   struct str *base);
/*
 * The compiled schema at `node`, for the first time or once more (x-statute's needs).
 * STATUTE_EDOCUMENT where there is none: it has errors, which are issues of the document
 * then, or is of a dialect that is not understood; STATUTE_ENOMEM.
 */
STATUTE_CHECK int document_schema(struct document *document, struct str base, const struct json *node,
                                  const struct schema **ret_schema);

#endif
