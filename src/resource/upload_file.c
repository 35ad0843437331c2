/* A file on its way into a folder: see upload_file.h. */
#include "resource/upload_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/map.h"

enum { TRIES = 8, LOCKS = 64 };

/* ---- Outcomes ------------------------------------------------------------- */

static enum upload_outcome outcome_of(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG: return UPLOAD_FULL;
	case EROFS: return UPLOAD_READ_ONLY;
	case EEXIST:
	case EISDIR:
	case ENOTEMPTY: return UPLOAD_EXISTS;
	case ENOENT: return UPLOAD_ABSENT;
	default: return UPLOAD_FAILED;
	}
}

static enum upload_outcome failed(struct upload_file *file)
{
	file->error = errno;
	return outcome_of(errno);
}

/* ---- Writing -------------------------------------------------------------- */

static void make_name(struct upload_file *file)
{
	memcpy(file->name, UPLOAD_PREFIX, sizeof(UPLOAD_PREFIX) - 1);
	random_sortable_id(file->name + sizeof(UPLOAD_PREFIX) - 1, clock_wall_ms());
	file->name[UPLOAD_NAME_LEN] = '\0';
}

/* Locked, and still there: a sweeper may have come between the two. */
static bool is_ours(int fd)
{
	struct stat stat;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &stat) == 0 && stat.st_nlink;
}

static enum upload_outcome make(struct upload_file *file)
{
	for (int i = 0; i < TRIES; i++) {
		make_name(file);
		file->fd = openat(file->folder, file->name,
		                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (file->fd < 0 && errno != EEXIST)
			break;
		if (file->fd >= 0 && is_ours(file->fd))
			return UPLOAD_DONE;
		if (file->fd >= 0)
			close(file->fd);
		file->fd = -1;
	}
	file->name[0] = '\0';
	return failed(file);
}

enum upload_outcome upload_file_begin(struct upload_file *file, int folder)
{
	enum upload_outcome outcome;

	*file = (struct upload_file)UPLOAD_FILE_INIT;
	file->folder = folder;
	outcome = make(file);
	return outcome == UPLOAD_ABSENT || outcome == UPLOAD_EXISTS ? UPLOAD_FAILED : outcome;
}

/* The disk begins to write at once, so that the sync at the end is short. */
enum upload_outcome upload_file_add(struct upload_file *file, struct str bytes)
{
	uint64_t from = file->len;

	while (bytes.len) {
		ssize_t some = write(file->fd, bytes.at, bytes.len);

		if (some < 0 && errno == EINTR)
			continue;
		if (some < 0)
			return failed(file);
		file->len += (size_t)some;
		bytes = str_sub(bytes, (size_t)some, bytes.len);
	}
	sync_file_range(file->fd, (off_t)from, (off_t)(file->len - from), SYNC_FILE_RANGE_WRITE);
	return UPLOAD_DONE;
}

enum upload_outcome upload_file_sync(struct upload_file *file)
{
	return fsync(file->fd) == 0 ? UPLOAD_DONE : failed(file);
}

/* ---- Its place ------------------------------------------------------------ */

/* Where the file system cannot rename so: a second name for the file, which nobody else can make meanwhile. */
static int link_anew(int folder, const char *from, const char *to)
{
	if (linkat(folder, from, folder, to, 0) < 0)
		return -1;
	unlinkat(folder, from, 0);
	return 0;
}

static int rename_anew(int folder, const char *from, const char *to)
{
	if (syscall(SYS_renameat2, folder, from, folder, to, 1u /* RENAME_NOREPLACE */) == 0)
		return 0;
	return errno == EINVAL || errno == ENOSYS ? link_anew(folder, from, to) : -1;
}

enum upload_outcome upload_file_commit(struct upload_file *file, const char *name, bool replaces)
{
	int r = replaces ? renameat(file->folder, file->name, file->folder, name)
	                 : rename_anew(file->folder, file->name, name);

	if (r < 0)
		return failed(file);
	file->name[0] = '\0';
	if (fsync(file->folder) == 0)
		return UPLOAD_DONE;
	file->error = errno;
	return UPLOAD_UNKNOWN;
}

void upload_file_done(struct upload_file *file)
{
	if (file->name[0])
		unlinkat(file->folder, file->name, 0);
	if (file->fd >= 0)
		close(file->fd);
	*file = (struct upload_file)UPLOAD_FILE_INIT;
}

enum upload_outcome upload_remove(int folder, const char *name, int *ret_error)
{
	enum upload_outcome outcome = UPLOAD_DONE;

	*ret_error = 0;
	if (unlinkat(folder, name, 0) < 0)
		outcome = outcome_of(*ret_error = errno);
	else if (fsync(folder) < 0) {
		*ret_error = errno;
		outcome = UPLOAD_UNKNOWN;
	}
	return outcome;
}

/* ---- What was left behind ------------------------------------------------- */

static void sweep_one(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat stat;

	if (fd < 0)
		return;
	if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(folder, name, 0);
	close(fd);
}

void upload_sweep(int at)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (str_starts(str_from(entry->d_name), S(UPLOAD_PREFIX)) &&
		    strlen(entry->d_name) == UPLOAD_NAME_LEN)
			sweep_one(dirfd(folder), entry->d_name);
	if (folder)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
}

/* ---- One at a time -------------------------------------------------------- */

struct upload_lock {
	pthread_mutex_t mutex;
};

/* Of all folders: two names that share one wait for each other, for no longer than a rename takes. */
static struct upload_lock locks[LOCKS] = { [0 ... LOCKS - 1] = { PTHREAD_MUTEX_INITIALIZER } };

struct upload_lock *upload_lock(int folder, const char *name)
{
	struct stat stat = { 0 };
	uint64_t hash = hash_str(str_from(name));
	struct upload_lock *lock;

	if (fstat(folder, &stat) == 0)
		hash += stat.st_ino * 31 + stat.st_dev;
	lock = &locks[hash % LOCKS];
	pthread_mutex_lock(&lock->mutex);
	return lock;
}

void upload_unlock(struct upload_lock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}
