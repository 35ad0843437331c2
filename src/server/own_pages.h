/* What own paths are made of: see own_paths.h. */
#ifndef STATUTE_SERVER_OWN_PAGES_H
#define STATUTE_SERVER_OWN_PAGES_H

#include "server/own_paths.h"

/* A path of the server's own, or all below one. `more` is what follows it where it takes_more. */
struct own_page {
	const char *path;
	bool (*is_healthy)(const struct exchange *x); /* of a probe; else NULL */
	bool takes_more; /* what follows the path names something, */
	bool (*is_there)(struct str more); /* if this says so; NULL: something in any case */
	/* Reads the query: adds to x->parameters.errors what is wrong with it. May be NULL. */
	int (*read)(struct exchange *x, struct str more);
	/* Looks up what `more` names, which may not exist. May be NULL: it exists. */
	int (*look_up)(struct exchange *x, struct str more, bool *ret_exists);
	/*
	 * PUT or DELETE, on the admin listener alone; its facts of block K are stated. NULL: it can only be read.
	 */
	int (*write)(struct exchange *x);
	/* Its entity tag, once it was looked up, in the arena or longer-lived. NULL: it has none. */
	struct str (*tag)(struct exchange *x, struct str more);
	int (*reply)(struct exchange *x, struct str more);
	void (*explain)(struct exchange *x); /* an error: may add to x->problem. May be NULL */
};

/* What is known of a request for one, as x->kind_data. */
struct own_request {
	const struct own_page *page; /* NULL: there is none */
	struct str more;
	void *found; /* by its read or look_up, in the arena */
};

static inline struct own_request *own_request_of(struct exchange *x) { return x->kind_data; }

enum { OWN_PAGE_MAX = 4 << 20 }; /* bytes of the content of one */

/* Answers with what `buf` holds; STATUTE_ENOMEM where it has failed. */
STATUTE_CHECK int own_page_send(struct exchange *x, const struct buf *buf, struct str type, struct str cache);

/* Adds what is wrong with a pair of the query. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int own_page_blame(struct exchange *x, struct str name, struct str code, struct str message);

/* Those that operators alone may see; the last has no path. admin_pages.c */
extern const struct own_page admin_pages[];
/* Those for whoever uses the API, and whether they are shown to this request; the last has no path. docs_pages.c */
extern const struct own_page docs_pages[];
bool docs_are_shown(const struct exchange *x);
/* Of /-/maintenance. admin_maintenance.c */
int admin_maintenance_read(struct exchange *x, struct str more);
int admin_maintenance_write(struct exchange *x);
int admin_maintenance_reply(struct exchange *x, struct str more);

#endif
