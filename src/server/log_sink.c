/* Where log lines go: see log_sink.h. */
#include "server/log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

static bool is_regular(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

int log_sink_open(struct log_sink *sink, const char *path)
{
	*sink = (struct log_sink){ .fd = -1 };
	pthread_mutex_init(&sink->lock, NULL);
	if (!path || strcmp(path, "off") == 0)
		return 0;
	if (strcmp(path, "-") == 0) {
		sink->fd = STDOUT_FILENO;
	} else {
		sink->path = path;
		sink->fd = open_file(path);
	}
	sink->is_regular = is_regular(sink->fd);
	return sink->fd < 0 ? STATUTE_EIO : 0;
}

void log_sink_close(struct log_sink *sink)
{
	if (sink->path && sink->fd >= 0)
		close(sink->fd);
	sink->fd = -1;
	pthread_mutex_destroy(&sink->lock);
}

void log_sink_reopen(struct log_sink *sink)
{
	atomic_store(&sink->reopen, true);
}

/* Keeps the old file where the new one cannot be opened. */
static void open_anew(struct log_sink *sink)
{
	int fd = sink->path ? open_file(sink->path) : -1;

	if (fd < 0)
		return;
	close(sink->fd);
	sink->fd = fd;
	sink->is_regular = is_regular(fd);
}

/* As many whole lines as fit in what a pipe takes at once. */
static size_t whole_lines(struct str lines)
{
	size_t len = lines.len < LOG_LINE_MAX ? lines.len : LOG_LINE_MAX;

	while (len && lines.at[len - 1] != '\n')
		len--;
	return len ? len : lines.len;
}

static size_t count_lines(struct str lines)
{
	size_t count = 0;

	for (size_t i = 0; i < lines.len; i++)
		count += lines.at[i] == '\n';
	return count;
}

/* How many bytes are done with; 0: no room now. Poll says that a pipe takes LOG_LINE_MAX bytes at once. */
static size_t write_some(struct log_sink *sink, struct str lines)
{
	struct pollfd room = { .fd = sink->fd, .events = POLLOUT };
	ssize_t written;

	if (!sink->is_regular) {
		if (poll(&room, 1, 0) == 0)
			return 0;
		lines.len = whole_lines(lines);
	}
	do
		written = write(sink->fd, lines.at, lines.len);
	while (written < 0 && errno == EINTR);
	if (written >= 0)
		return (size_t)written;
	if (errno == EAGAIN)
		return 0;
	atomic_fetch_add(&sink->refused_lines, count_lines(lines));
	return lines.len;
}

size_t log_sink_write(struct log_sink *sink, struct str lines)
{
	size_t done = 0, some = 1;

	pthread_mutex_lock(&sink->lock);
	if (atomic_exchange(&sink->reopen, false))
		open_anew(sink);
	if (sink->fd < 0)
		done = lines.len;
	while (lines.at && done < lines.len && some) {
		some = write_some(sink, str_sub(lines, done, lines.len));
		done += some;
	}
	pthread_mutex_unlock(&sink->lock);
	return done;
}
