/*
 * The system calls that can be made to fail, and to move a byte at a time. A fault strikes
 * before the system is asked, so that nothing has happened where it is reported.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "faults.h"

#define SEEN __attribute__((visibility("default")))

/* The next definition of the function: of the sanitizer, or of the C library. */
#define NEXT(name) \
	static _Atomic(__typeof__(&name)) next; \
	if (!atomic_load(&next)) \
	atomic_store(&next, (__typeof__(&name))dlsym(RTLD_NEXT, #name))

static bool is_socket(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode);
}

/* Event descriptors and other pipes of the process to itself do not fail. */
static bool is_log(int fd)
{
	struct stat info;

	return fstat(fd, &info) == 0 && (S_ISREG(info.st_mode) || S_ISFIFO(info.st_mode));
}

static size_t shorten(size_t len)
{
	return len > 1 && fault_shortens() ? 1 : len;
}

SEEN ssize_t read(int fd, void *to, size_t len)
{
	NEXT(read);
	if (is_socket(fd)) {
		if (fault_is_due(FAULT_READ))
			return -1;
		len = shorten(len);
	}
	return atomic_load(&next)(fd, to, len);
}

SEEN ssize_t write(int fd, const void *from, size_t len)
{
	NEXT(write);
	if (is_socket(fd)) {
		if (fault_is_due(FAULT_WRITE))
			return -1;
		len = shorten(len);
	} else if (is_log(fd)) {
		if (fault_is_due(FAULT_LOG))
			return -1;
		len = shorten(len);
	}
	return atomic_load(&next)(fd, from, len);
}

SEEN ssize_t writev(int fd, const struct iovec *parts, int count)
{
	NEXT(writev);
	if (is_socket(fd) && fault_is_due(FAULT_WRITE))
		return -1;
	if (count > 0 && parts[0].iov_len && fault_shortens())
		return write(fd, parts[0].iov_base, 1);
	return atomic_load(&next)(fd, parts, count);
}

SEEN ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	NEXT(sendmsg);
	if (fault_is_due(FAULT_WRITE))
		return -1;
	return atomic_load(&next)(fd, message, flags);
}

SEEN int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict len, int flags)
{
	NEXT(accept4);
	return fault_is_due(FAULT_ACCEPT) ? -1 : atomic_load(&next)(fd, address, len, flags);
}

/* What is watched already costs the system nothing, and is told so first. */
SEEN int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	NEXT(epoll_ctl);
	int r = atomic_load(&next)(epoll, operation, fd, event);

	if (r < 0 || operation != EPOLL_CTL_ADD || !fault_is_due(FAULT_WATCH))
		return r;
	r = errno;
	atomic_load (&next)(epoll, EPOLL_CTL_DEL, fd, NULL);
	errno = r;
	return -1;
}

SEEN int epoll_pwait(int epoll, struct epoll_event *events, int max, int timeout, const sigset_t *signals)
{
	NEXT(epoll_pwait);
	return fault_is_due(FAULT_WAIT) ? -1 : atomic_load(&next)(epoll, events, max, timeout, signals);
}

SEEN int epoll_wait(int epoll, struct epoll_event *events, int max, int timeout)
{
	NEXT(epoll_wait);
	return fault_is_due(FAULT_WAIT) ? -1 : atomic_load(&next)(epoll, events, max, timeout);
}

static int mode_of(int flags, va_list rest)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0;
}

SEEN int open(const char *path, int flags, ...)
{
	NEXT(open);
	va_list rest;
	int mode;

	va_start(rest, flags);
	mode = mode_of(flags, rest);
	va_end(rest);
	return fault_is_due(FAULT_OPEN) ? -1 : atomic_load(&next)(path, flags, mode);
}

SEEN int open64(const char *path, int flags, ...)
{
	NEXT(open64);
	va_list rest;
	int mode;

	va_start(rest, flags);
	mode = mode_of(flags, rest);
	va_end(rest);
	return fault_is_due(FAULT_OPEN) ? -1 : atomic_load(&next)(path, flags, mode);
}

SEEN int fsync(int fd)
{
	NEXT(fsync);
	return fault_is_due(FAULT_SYNC) ? -1 : atomic_load(&next)(fd);
}

SEEN int fdatasync(int fd)
{
	NEXT(fdatasync);
	return fault_is_due(FAULT_SYNC) ? -1 : atomic_load(&next)(fd);
}

SEEN ssize_t pwrite64(int fd, const void *from, size_t len, off64_t at)
{
	NEXT(pwrite64);
	return fault_is_due(FAULT_PWRITE) ? -1 : atomic_load(&next)(fd, from, shorten(len), at);
}

SEEN ssize_t pread64(int fd, void *to, size_t len, off64_t at)
{
	NEXT(pread64);
	return fault_is_due(FAULT_PREAD) ? -1 : atomic_load(&next)(fd, to, len, at);
}

SEEN void *mmap64(void *at, size_t len, int protection, int flags, int fd, off64_t offset)
{
	NEXT(mmap64);
	return fault_is_due(FAULT_MAP) ? MAP_FAILED
	                               : atomic_load(&next)(at, len, protection, flags, fd, offset);
}

SEEN void *mmap(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	NEXT(mmap);
	return fault_is_due(FAULT_MAP) ? MAP_FAILED
	                               : atomic_load(&next)(at, len, protection, flags, fd, offset);
}

SEEN int ftruncate64(int fd, off64_t len)
{
	NEXT(ftruncate64);
	return fault_is_due(FAULT_TRUNCATE) ? -1 : atomic_load(&next)(fd, len);
}

SEEN int fcntl64(int fd, int command, ...)
{
	NEXT(fcntl64);
	va_list rest;
	void *argument;

	va_start(rest, command);
	argument = va_arg(rest, void *);
	va_end(rest);
	return fault_is_due(FAULT_CONTROL) ? -1 : atomic_load(&next)(fd, command, argument);
}

struct beginning {
	void *(*run)(void *data);
	void *data;
};

/* The sanitizer and the C library have done their part: from here on it is the server's thread. */
static void *begin(void *data)
{
	struct beginning beginning = *(struct beginning *)data;

	free(data);
	fault_spare(false);
	return beginning.run(beginning.data);
}

SEEN int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data)
{
	NEXT(pthread_create);
	struct beginning *beginning = malloc(sizeof(*beginning));
	int r;

	if (!beginning)
		return EAGAIN;
	*beginning = (struct beginning){ run, data };
	r = atomic_load(&next)(thread, attributes, begin, beginning);
	if (r != 0)
		free(beginning);
	return r;
}
