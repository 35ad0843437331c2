/*
 * From the name of a file to an open one, and its validators: see file.h.
 *
 * The kernel resolves the name below the folder's descriptor (openat2, Linux 5.6): nothing in it leads out,
 * whatever others do to the folder meanwhile. An older kernel is given one segment at a time.
 */
#include "resource/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "message/uri.h"

enum {
	OPEN_FLAGS = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC,
	FINE_GRAIN_MS = 100,   /* many times the tick in which a file system counts nanoseconds */
	COARSE_GRAIN_MS = 2000 /* one that counts seconds, or two of them */
};

/* ---- Names ---------------------------------------------------------------- */

static bool add_segment(struct exchange *x, struct buf *buf, struct str raw)
{
	struct str segment = uri_decode(&x->arena, raw, false);

	if (!segment.len || segment.at[0] == '.' || memchr(segment.at, '/', segment.len) ||
	    memchr(segment.at, '\0', segment.len))
		return false;
	if (buf->len)
		buf_add_char(buf, '/');
	buf_add(buf, segment);
	return true;
}

struct str file_name(struct exchange *x, const struct file_binding *files)
{
	struct str rest = x->match.raw[files->parameter], name;
	struct buf buf;

	buf_init(&buf, &x->arena, PATH_MAX);
	while (rest.at)
		if (!add_segment(x, &buf, str_cut(&rest, '/')))
			return (struct str){ 0 };
	name = buf_str(&buf);
	buf_add_char(&buf, '\0');
	name.at = buf.at;
	if (buf.failed)
		return (struct str){ 0 };
	return name;
}

/* ---- Opening -------------------------------------------------------------- */

/* -1 and errno, as open does. */
static int open_beneath(int folder, const char *path)
{
	const struct open_how how = {
		.flags = OPEN_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
}

/* The same, a segment at a time. */
static int open_by_segments(int folder, const char *path)
{
	char segment[NAME_MAX + 1];
	const char *slash;
	int at = folder, next, error;

	while ((slash = strchr(path, '/'))) {
		size_t len = (size_t)(slash - path);

		if (len > NAME_MAX) {
			errno = ENAMETOOLONG;
			next = -1;
		} else {
			memcpy(segment, path, len);
			segment[len] = '\0';
			next = openat(at, segment, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		error = errno;
		if (at != folder)
			close(at);
		errno = error;
		if (next < 0)
			return -1;
		at = next;
		path = slash + 1;
	}
	next = openat(at, path, OPEN_FLAGS);
	error = errno;
	if (at != folder)
		close(at);
	errno = error;
	return next;
}

/* A sandbox that does not know the call may say that it is forbidden. */
static int open_below(int folder, const char *path)
{
	static atomic_bool is_missing;
	int fd;

	if (!atomic_load_explicit(&is_missing, memory_order_relaxed)) {
		fd = open_beneath(folder, path);
		if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
			return fd;
		if (errno == ENOSYS)
			atomic_store_explicit(&is_missing, true, memory_order_relaxed);
	}
	return open_by_segments(folder, path);
}

/* A file that this process may not read is not there for anybody whom it serves. */
static int error_of(int error)
{
	switch (error) {
	case EMFILE:
	case ENFILE: return STATUTE_ELIMIT;
	case ENOMEM: return STATUTE_ENOMEM;
	case EIO: return STATUTE_EIO;
	default: return STATUTE_ENOTFOUND;
	}
}

static void close_fd(void *data)
{
	int *fd = data;

	close(*fd);
}

/* Takes the descriptor in any case. */
static int keep(struct arena *arena, int fd, int *ret_fd)
{
	int *kept = arena_new(arena, int);

	if (!kept || arena_on_end(arena, close_fd, kept) < 0) {
		close(fd);
		return STATUTE_ENOMEM;
	}
	*kept = *ret_fd = fd;
	return 0;
}

int file_open(struct arena *arena, const struct file_binding *files, struct str name, const char *suffix,
              int *ret_fd, struct stat *ret_stat)
{
	char path[PATH_MAX];
	struct stat stat;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", name.at, suffix) >= sizeof(path))
		return STATUTE_ENOTFOUND;
	do
		fd = open_below(files->fd, path);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return error_of(errno);
	if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
		close(fd);
		return STATUTE_ENOTFOUND;
	}
	*ret_stat = stat;
	return keep(arena, fd, ret_fd);
}

/* ---- Validators ----------------------------------------------------------- */

static int64_t ms_of(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/* Could the file change once more without its times telling? */
static bool is_young(const struct stat *stat, int64_t now_ms)
{
	bool is_fine = stat->st_ctim.tv_nsec || stat->st_mtim.tv_nsec;

	return now_ms - ms_of(&stat->st_ctim) < (is_fine ? FINE_GRAIN_MS : COARSE_GRAIN_MS);
}

/*
 * Programs set the time of modification to what they like, and a file of the same length may be
 * copied with it; the time of change nobody sets.
 */
struct str file_etag(struct arena *arena, const struct stat *stat, struct str coding, int64_t now_ms)
{
	uint64_t changed = (uint64_t)stat->st_ctim.tv_sec * 1000000000 + (uint64_t)stat->st_ctim.tv_nsec;

	return str_printf(arena, "%s\"%llx-%llx-%llx%s%.*s\"", is_young(stat, now_ms) ? "W/" : "",
	                  (unsigned long long)stat->st_ino, (unsigned long long)stat->st_size,
	                  (unsigned long long)changed, coding.len ? "-" : "", STR_ARG(coding));
}

int64_t file_modified(const struct stat *stat, int64_t now_ms)
{
	bool is_fine = stat->st_mtim.tv_nsec != 0;
	int64_t modified = stat->st_mtim.tv_sec;

	return now_ms / 1000 > modified + (is_fine ? 0 : 1) ? modified : -1;
}
