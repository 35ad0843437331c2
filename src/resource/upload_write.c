/*
 * An upload from its first byte to its place. Content is gathered into pieces, and a helper thread
 * writes each: while it does, the client is held back. So an upload takes a piece of memory whatever
 * its size, and a disk that is slow keeps nobody else waiting.
 *
 * The end is one turn of a helper thread: sync, and then, while no other thread of the process changes
 * this name, the decision once more over what is there now, and the rename. A file that may only be made
 * is renamed so that it replaces nothing, whichever process made another one.
 */
#include "resource/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "message/file_type.h"

enum {
	PIECE = 256 * 1024,        /* bytes that are written at once */
	BUFFER_MAX = 4 * PIECE,    /* with a piece of content behind them */
	RACES_MAX = 4              /* that are lost to other processes before we give up */
};

/* ---- Content -------------------------------------------------------------- */

/* Too many at work already are an overload, as a lack of memory is. */
static int to_helper(struct exchange *x, void (*work)(struct exchange *x))
{
	return x->host->work(x, work) < 0 ? STATUTE_ENOMEM : STATUTE_EAGAIN;
}

static void note_failure(struct exchange *x, struct upload *upload, const char *what)
{
	char text[128] = "";

	if (upload->outcome == UPLOAD_DONE || upload->outcome == UPLOAD_EXISTS)
		return;
	x->cause = str_printf(&x->arena, "%s: %s", what,
	                      strerror_r(upload->file.error, text, sizeof(text))).at;
}

/* On a helper thread, as all that follows until "On the loop". */
static enum upload_outcome write_out(struct upload *upload)
{
	struct str bytes = buf_str(&upload->buffer);
	enum upload_outcome outcome = UPLOAD_DONE;

	if (upload->outcome != UPLOAD_DONE)
		return upload->outcome;
	if (upload->file.fd < 0)
		outcome = upload_file_begin(&upload->file, upload->files->fd);
	if (outcome == UPLOAD_DONE && upload->digest && !upload->form && digest_add(upload->digest, bytes) < 0)
		outcome = UPLOAD_FAILED;
	if (outcome == UPLOAD_DONE)
		outcome = upload_file_add(&upload->file, bytes);
	upload->buffer.len = 0;
	return outcome;
}

static void write_piece(struct exchange *x)
{
	struct upload *upload = x->kind_data;

	upload->outcome = write_out(upload);
	note_failure(x, upload, "a piece of the upload could not be written");
}

static void write_rest(struct exchange *x)
{
	struct upload *upload = x->kind_data;

	if (upload->is_synced)
		return;
	upload->outcome = write_out(upload);
	if (upload->outcome == UPLOAD_DONE && upload->digest && digest_end(upload->digest) < 0)
		upload->outcome = UPLOAD_FAILED;
	if (upload->outcome == UPLOAD_DONE)
		upload->outcome = upload_file_sync(&upload->file);
	upload->is_synced = true;
	note_failure(x, upload, "the upload could not be written");
}

/* ---- The quota ------------------------------------------------------------ */

/* Bytes of the folder's files, but for the one that is to be replaced. False where it cannot be read. */
static bool is_within_quota(const struct upload *upload, uint64_t quota)
{
	int fd = openat(upload->files->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint64_t used = upload->file.len;
	struct stat stat;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.' || (upload->name && strcmp(entry->d_name, upload->name) == 0))
			continue;
		if (fstatat(dirfd(folder), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(stat.st_mode))
			used += (uint64_t)stat.st_size;
	}
	if (folder)
		closedir(folder);
	else if (fd >= 0)
		close(fd);
	return folder && used <= quota;
}

/* ---- Its place ------------------------------------------------------------ */

/* True where the request, decided over what is there now, still comes to the write. */
static bool may_go_on(struct exchange *x)
{
	bool goes_on;

	x->is_in_transaction = true;
	goes_on = exchange_decide_again(x);
	x->is_in_transaction = false;
	if (!goes_on)
		x->write.outcome = STORE_REFUSED;
	return goes_on;
}

static bool is_over_quota(struct exchange *x, struct upload *upload)
{
	uint64_t quota = upload->files->uploads->quota;

	if (!quota || is_within_quota(upload, quota))
		return false;
	FACT(STORAGE_QUOTA_FULL, true);
	upload->outcome = UPLOAD_FAILED;
	return true;
}

/* What no file is in the way of; what is no file may be. */
static bool is_taken(struct upload *upload)
{
	struct stat stat;

	return fstatat(upload->file.folder, upload->name, &stat, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(stat.st_mode);
}

static void place(struct exchange *x, struct upload *upload)
{
	for (int i = 0; i < RACES_MAX; i++) {
		if (!may_go_on(x) || is_over_quota(x, upload))
			return;
		upload->outcome = UPLOAD_EXISTS;
		if (is_taken(upload)) {
			FACT(DUPLICATE, true);
			return;
		}
		upload->outcome = upload_file_commit(&upload->file, upload->name, upload->has_replaced);
		if (upload->outcome != UPLOAD_EXISTS)
			return;
	}
	FACT(STORE_BUSY, true);
}

static void put_in_place(struct exchange *x)
{
	struct upload *upload = x->kind_data;
	struct upload_lock *lock;

	write_rest(x);
	if (upload->outcome != UPLOAD_DONE)
		return;
	/* A quota is of the folder: then its changes come one after another. */
	lock = upload_lock(upload->files->fd, upload->files->uploads->quota ? "" : upload->name);
	place(x, upload);
	upload_unlock(lock);
	if (fstat(upload->file.fd, &upload->placed) < 0)
		upload->outcome = UPLOAD_UNKNOWN;
	note_failure(x, upload, "the upload could not be put in its place");
}

static void remove_it(struct exchange *x)
{
	struct upload *upload = x->kind_data;
	struct upload_lock *lock = upload_lock(upload->files->fd, upload->name);

	upload->outcome = UPLOAD_FAILED;
	for (int i = 0; i < RACES_MAX && may_go_on(x); i++) {
		upload->outcome = upload_remove(upload->files->fd, upload->name, &upload->file.error);
		if (upload->outcome != UPLOAD_ABSENT)
			break;
	}
	upload_unlock(lock);
	note_failure(x, upload, "the file could not be removed");
}

/* ---- On the loop ---------------------------------------------------------- */

static int begin(struct exchange *x, struct upload *upload)
{
	if (upload->has_begun)
		return 0;
	upload->has_begun = true;
	buf_init(&upload->buffer, &x->arena, BUFFER_MAX);
	if (form_begin(x, upload) < 0)
		return STATUTE_ENOMEM;
	return digest_begin(x, &upload->digest);
}

int upload_keep(struct upload *upload, struct str bytes)
{
	buf_add(&upload->buffer, bytes);
	return upload->buffer.failed ? STATUTE_ENOMEM : 0;
}

/* A digest is of the content as it was sent: of a form, of all of it. */
static int take_bytes(struct exchange *x, struct upload *upload, struct str piece)
{
	if (!upload->form)
		return upload_keep(upload, piece);
	if (upload->digest && digest_add(upload->digest, piece) < 0)
		return STATUTE_ENOMEM;
	return form_take(x, upload, piece);
}

int upload_take(struct exchange *x, struct str piece)
{
	struct upload *upload = upload_of(x);
	int r;

	if (!upload || begin(x, upload) < 0)
		return STATUTE_ENOMEM;
	if (upload->outcome != UPLOAD_DONE)
		return STATUTE_EIO;
	if ((r = take_bytes(x, upload, piece)) < 0)
		return r;
	return upload->buffer.len < PIECE ? 0 : to_helper(x, write_piece);
}

int upload_taken(struct exchange *x)
{
	struct upload *upload = upload_of(x);

	if (!upload || begin(x, upload) < 0)
		return STATUTE_ENOMEM;
	if (upload->form && !form_taken(x, upload))
		return 0;
	if (!upload->digest || upload->outcome != UPLOAD_DONE)
		return 0;
	if (!upload->is_synced)
		return to_helper(x, write_rest);
	digest_state(x, upload->digest);
	return 0;
}

static void state_outcome(struct exchange *x, const struct upload *upload)
{
	FACT(WROTE, upload->outcome == UPLOAD_DONE);
	switch (upload->outcome) {
	case UPLOAD_DONE: FACT(CREATED, !upload->has_replaced); break;
	case UPLOAD_FULL: FACT(DISK_FULL, true); break;
	case UPLOAD_READ_ONLY: FACT(STORE_READ_ONLY, true); break;
	case UPLOAD_UNKNOWN: FACT(OUTCOME_LOST, true); break;
	case UPLOAD_EXISTS: /* what is in the way, is said already */
	case UPLOAD_ABSENT:
	case UPLOAD_FAILED: break;
	}
}

/* A file that was posted gets a name that nobody has, with the time at its beginning. */
static int make_name(struct exchange *x, struct upload *upload)
{
	char id[RANDOM_ID_LEN];

	if (upload->name)
		return 0;
	random_sortable_id(id, x->now_ms);
	if (!upload->extension.at && !upload->form)
		upload->extension = file_extension(request_field(&x->request, FIELD_CONTENT_TYPE));
	upload->name = str_printf(&x->arena, "%.*s%s%.*s", RANDOM_ID_LEN, id, upload->extension.len ? "." : "",
	                          STR_ARG(upload->extension)).at;
	return upload->name ? 0 : STATUTE_ENOMEM;
}

int upload_write(struct exchange *x)
{
	struct upload *upload = upload_of(x);

	if (!upload || begin(x, upload) < 0 || make_name(x, upload) < 0)
		return STATUTE_ENOMEM;
	if (!upload->was_submitted && upload->outcome == UPLOAD_DONE) {
		upload->was_submitted = true;
		return to_helper(x, x->request.method == METHOD_DELETE ? remove_it : put_in_place);
	}
	state_outcome(x, upload);
	return 0;
}
