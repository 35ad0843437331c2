/*
 * A file on its way into a folder: written beside its place under a name of its own, synced, and
 * renamed into place, so that whoever looks there finds the old file or the new one, whole, whatever
 * happens in between.
 *
 *	begin ─> add* ─> commit ─> done
 *	   └───────┴────────┴────> done       (it is removed)
 *
 * The name begins with a dot, and the file is locked (flock) as long as it is written: what a process
 * that was killed left behind is not, and upload_sweep removes it.
 *
 * One thread at a time, which need not be the same one. Blocks: not for a loop.
 */
#ifndef STATUTE_RESOURCE_UPLOAD_FILE_H
#define STATUTE_RESOURCE_UPLOAD_FILE_H

#include <sys/stat.h>

#include <statute/error.h>

#include "base/random.h"
#include "base/str.h"

enum upload_outcome {
	UPLOAD_DONE,
	UPLOAD_EXISTS,    /* something is at its place already */
	UPLOAD_ABSENT,    /* nothing is */
	UPLOAD_FULL,      /* no room on the disk, or in the quota of whoever runs the server */
	UPLOAD_READ_ONLY, /* the file system takes no writes */
	UPLOAD_FAILED,    /* nothing was changed */
	UPLOAD_UNKNOWN    /* it was put in place, and may not last over a power cut */
};

#define UPLOAD_PREFIX ".statute-"
enum { UPLOAD_NAME_LEN = sizeof(UPLOAD_PREFIX) - 1 + RANDOM_ID_LEN };

struct upload_file {
	int folder; /* its descriptor, borrowed */
	int fd;     /* -1: it has not begun */
	char name[UPLOAD_NAME_LEN + 1]; /* beside its place; empty once it was renamed */
	uint64_t len;
	int error; /* errno of what failed */
};
#define UPLOAD_FILE_INIT { .folder = -1, .fd = -1 }

/* Makes the empty file. */
enum upload_outcome upload_file_begin(struct upload_file *file, int folder);
/* Adds bytes to it; they are on their way to the disk, and not yet there. */
enum upload_outcome upload_file_add(struct upload_file *file, struct str bytes);
/* All that was added is on the disk. */
enum upload_outcome upload_file_sync(struct upload_file *file);
/*
 * Puts it in its place, `name`, for good: in place of what is there, or (UPLOAD_EXISTS) only where nothing
 * is. After upload_file_sync.
 */
enum upload_outcome upload_file_commit(struct upload_file *file, const char *name, bool replaces);
/* Removes it where it was not put in place, and forgets it. Any number of times. */
void upload_file_done(struct upload_file *file);

/* Removes a file for good. */
enum upload_outcome upload_remove(int folder, const char *name, int *ret_error);
/*
 * Removes what uploads left behind that no process is working on. Where it cannot be looked for, nothing
 * is removed.
 */
void upload_sweep(int folder);

/*
 * One name of a folder is for one thread of the process, from the look at what is there to the change of
 * it. Other processes are kept from making the same name, and not from replacing it.
 */
struct upload_lock;
struct upload_lock *upload_lock(int folder, const char *name);
void upload_unlock(struct upload_lock *lock);

#endif
