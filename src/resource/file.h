/*
 * Files of a folder: what their names lead to, what is known of them, and their content. Inside the
 * room: the kind that reads them, and whoever writes into the same folders.
 */
#ifndef STATUTE_RESOURCE_FILE_H
#define STATUTE_RESOURCE_FILE_H

#include <sys/stat.h>

#include "message/content_source.h"
#include "message/range.h"
#include "resource/resource.h"

/* A file that was found; x->kind_data of the kind that reads. */
struct file_target {
	int fd;                    /* closed with the exchange's arena; -1: there is none */
	struct str name;           /* below the folder, decoded, NUL-terminated: "css/site.css" */
	struct str type;           /* its media type */
	struct str coding;         /* "br" or "gzip": it is `name` compressed; else empty */
	uint64_t length;
	struct byte_ranges ranges; /* that are to be sent; none: all of it */
};

/* ---- file_open.c ---------------------------------------------------------- */

/*
 * The name that the path says, decoded, in the arena and NUL-terminated; {NULL, 0} where no file
 * can have it (hidden ones, whose names begin with a dot, slashes that came encoded, NUL), or
 * without memory.
 */
struct str file_name(struct exchange *x, const struct file_binding *files);
/*
 * Opens a regular file below the folder, no symbolic link on the way; `suffix` stands behind the
 * name. Never waits, as a FIFO would. *ret_fd is closed with the arena. 0; STATUTE_ENOTFOUND;
 * STATUTE_ELIMIT where there is no room for more open files; STATUTE_EIO; STATUTE_ENOMEM.
 */
STATUTE_CHECK int file_open(struct arena *arena, const struct file_binding *files, struct str name,
                            const char *suffix, int *ret_fd, struct stat *ret_stat);
/*
 * The entity tag of a file: another one whenever its bytes may be others. Weak where it changed so
 * lately that the file system's clock could hide another change. {NULL, 0} without memory.
 */
struct str file_etag(struct arena *arena, const struct stat *stat, struct str coding, int64_t now_ms);
/* Last-Modified, once that second is over; -1 before: the file could change in it once more. */
int64_t file_modified(const struct stat *stat, int64_t now_ms);

/* ---- file_content.c ------------------------------------------------------- */

/*
 * The content of an answer: all of the file, or its ranges, several of them as multipart/byteranges with
 * the boundary. In the arena; NULL without memory.
 */
struct content_source *file_content(struct arena *arena, const struct file_target *target,
                                    struct str boundary);

#endif
