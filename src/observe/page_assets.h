/*
 * The files that pages for people are made of, /-/assets/: style sheet, scripts, icon. They
 * are in the binary as they stand in page/. Pure functions; any thread.
 */
#ifndef STATUTE_OBSERVE_PAGE_ASSETS_H
#define STATUTE_OBSERVE_PAGE_ASSETS_H

#include "base/str.h"

enum { PAGE_ETAG_LEN = 18 };

/* A file under /-/assets/; static texts. */
struct page_asset {
	struct str type; /* media type */
	struct str content;
	char etag[PAGE_ETAG_LEN + 1]; /* strong, with its quotes, NUL-terminated */
};

/* A tag for a text, which is all that its value is for: other bytes, another tag. */
void page_write_etag(char out[PAGE_ETAG_LEN + 1], struct str content);
/* False where no file has that name ("statute.css"). */
bool page_asset(struct str name, struct page_asset *ret_asset);
/* The page /-/traces, the last requests: its script asks for them. Static. */
struct str page_traces(void);
/* The page /-/docs, the API: its script asks for /-/openapi.json. */
void page_docs(struct page_asset *ret_page);

#endif
