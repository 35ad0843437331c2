/* Inside the room: an upload on its way, what the files upload*.c share. */
#ifndef STATUTE_RESOURCE_UPLOAD_H
#define STATUTE_RESOURCE_UPLOAD_H

#include "exchange/digest.h"
#include "resource/resource.h"
#include "resource/upload_file.h"

struct form;

/* x->kind_data from the first look at its target on. */
struct upload {
	const struct file_binding *files;
	const char *name;        /* of its place; of a POST, once it has one */
	struct str extension;    /* of a POST: what the name ends in, behind its dot; may be empty */
	struct upload_file file;
	struct buf buffer;       /* content that is to be written next */
	struct digest *digest;   /* NULL where none is demanded */
	struct form *form;       /* where the content is one; else NULL */
	enum upload_outcome outcome;
	struct stat placed;      /* the file in its place, once it is there */
	bool has_begun;          /* content came */
	bool is_synced;          /* all content is on the disk, and its digest known */
	bool was_submitted;      /* so was its end */
	bool has_replaced;
};

/* Made on first use; NULL without memory. */
struct upload *upload_of(struct exchange *x);
/* Is a file of this type taken: is it declared, beside forms? */
bool upload_type_fits(const struct exchange *x, struct str type);
/* Is a file of this name taken: is what it would be served as declared, or nothing that a browser shows? */
bool upload_name_fits(const struct exchange *x, struct str name);

/* upload_write.c: content into the file, and the file into its place. */
int upload_take(struct exchange *x, struct str piece);
int upload_taken(struct exchange *x);
int upload_write(struct exchange *x);
/* Adds what is to be stored. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int upload_keep(struct upload *upload, struct str bytes);

/* upload_form.c: where the content is a form, the file in it. */
/* Is it one? Then x->kind_data's `form` is made. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int form_begin(struct exchange *x, struct upload *upload);
/* 0, STATUTE_ENOMEM, or STATUTE_ESYNTAX: no more is wanted. */
STATUTE_CHECK int form_take(struct exchange *x, struct upload *upload, struct str piece);
/* All came: CONTENT_PARSES. False where it does not. */
bool form_taken(struct exchange *x, struct upload *upload);
/* SCHEMA_HOLDS: there is one file, of a type that is taken. 0 or STATUTE_ENOMEM. */
STATUTE_CHECK int form_understand(struct exchange *x, struct upload *upload);

#endif
