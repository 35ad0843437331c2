/*
 * The structure of a document against the table in objects.def, and the rules
 * that a table cannot say. Internal to the room.
 */
#ifndef STATUTE_OPENAPI_CHECK_H
#define STATUTE_OPENAPI_CHECK_H

#include "openapi/load.h"

enum object_id {
	OBJECT_NONE,
#define OBJECT(id, title, rule) OBJECT_##id,
#define FIELD(name, shape, kind, object, flags)
#define END
#include "openapi/objects.def"
#undef OBJECT
#undef FIELD
#undef END
	OBJECT_SCHEMA,
	OBJECT_COUNT
};

/* A schema that the document holds or refers to. */
struct schema_place {
	const struct json *node;
	struct str base;
};

/* A $ref to an object other than a schema, which is followed once the file is walked. */
struct reference_place {
	const struct json *node; /* the Reference Object */
	struct str base;
	enum object_id object; /* what it must lead to */
};

struct link_place {
	const struct json *name; /* the link's operationId */
};

struct checker {
	struct loader *loader;
	struct issues *issues;
	struct arena scratch; /* gone when the check is */
	struct str base; /* URI of the file that is walked */
	const struct json *root; /* of the document */
	unsigned minor;
	unsigned unknown_fields; /* of the object whose rule runs */
	struct map marks; /* node → what it was checked as */
	struct map operation_ids;
	struct schema_place *schemas;
	size_t schema_count, schema_cap;
	struct reference_place *references;
	size_t reference_count, reference_cap;
	struct link_place *links;
	size_t link_count, link_cap;
	int failure; /* STATUTE_ENOMEM once there was no memory */
};

void checker_init(struct checker *checker, struct loader *loader, const struct json *root, struct str base);
void checker_done(struct checker *checker);
/* Walks the document and all that it refers to. Returns 0 also where there are issues; STATUTE_ENOMEM. */
STATUTE_CHECK int checker_run(struct checker *checker);
/* Room for one more element in a list that grows; NULL (and failure set) without memory. */
void *checker_room(struct checker *checker, void *list, size_t count, size_t *cap, size_t size);

#define OBJECT(id, title, rule) void rule(struct checker *checker, const struct json *node);
#define FIELD(name, shape, kind, object, flags)
#define END
#include "openapi/objects.def"
#undef OBJECT
#undef FIELD
#undef END

/* What rules share: "must be one of", at a text that is none of the words (ended by NULL). */
bool rule_one_of(struct checker *checker, const struct json *text, const char *const *words,
                 const char *remedy);

#endif
