/* Files below a folder: what a name opens, on this kernel and on one without openat2, and what a file's tag tells. */
#include "unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "resource/file.h"

static struct arena arena;
static struct file_binding files;
static char folder[64], outside[64];

static void write_text(int at, const char *name, const char *text)
{
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static int set_up(void **state)
{
	int out;

	(void)state;
	arena_init(&arena, 4096, 1 << 20);
	snprintf(folder, sizeof(folder), "/tmp/statute-file-XXXXXX");
	snprintf(outside, sizeof(outside), "/tmp/statute-outside-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_non_null(mkdtemp(outside));
	assert_true((files.fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0);
	assert_true((out = open(outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0);
	write_text(out, "secret.txt", "secret");
	close(out);
	write_text(files.fd, "note.txt", "A note.");
	write_text(files.fd, "note.txt.gz", "packed");
	assert_int_equal(mkdirat(files.fd, "css", 0755), 0);
	write_text(files.fd, "css/site.css", "a{}");
	assert_int_equal(symlinkat("note.txt", files.fd, "inside.txt"), 0);
	assert_int_equal(symlinkat(outside, files.fd, "out"), 0);
	assert_int_equal(symlinkat("css", files.fd, "style"), 0);
	assert_int_equal(mkfifoat(files.fd, "fifo", 0644), 0);
	return 0;
}

static void remove_all(int at, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		unlinkat(at, names[i], 0);
}

static int tear_down(void **state)
{
	static const char *const names[] = { "note.txt", "note.txt.gz", "css/site.css", "inside.txt", "out", "style",
		                             "fifo" };
	char secret[96];

	(void)state;
	remove_all(files.fd, names, sizeof(names) / sizeof(names[0]));
	unlinkat(files.fd, "css", AT_REMOVEDIR);
	snprintf(secret, sizeof(secret), "%s/secret.txt", outside);
	unlink(secret);
	close(files.fd);
	rmdir(folder);
	rmdir(outside);
	arena_done(&arena);
	return 0;
}

/* The first name that does not open as it should, or NULL. */
static const char *wrongly_opened(void)
{
	static const struct {
		const char *name, *suffix;
		int result;
	} rows[] = {
		{ "note.txt", "", 0 },
		{ "note.txt", ".gz", 0 },
		{ "css/site.css", "", 0 },
		{ "note.txt", ".br", STATUTE_ENOTFOUND },
		{ "none", "", STATUTE_ENOTFOUND },
		{ "css", "", STATUTE_ENOTFOUND },
		{ "css/none", "", STATUTE_ENOTFOUND },
		{ "note.txt/x", "", STATUTE_ENOTFOUND },
		{ "inside.txt", "", STATUTE_ENOTFOUND },
		{ "style/site.css", "", STATUTE_ENOTFOUND },
		{ "out/secret.txt", "", STATUTE_ENOTFOUND },
		{ "fifo", "", STATUTE_ENOTFOUND },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stat stat = { .st_size = -1 };
		int fd = -1;

		if (file_open(&arena, &files, str_from(rows[i].name), rows[i].suffix, &fd, &stat) != rows[i].result ||
		    (fd >= 0) != (rows[i].result == 0) || (stat.st_size > 0) != (rows[i].result == 0))
			return rows[i].name;
	}
	return NULL;
}

static void only_regular_files_are_opened_and_no_link_is_followed(void **state)
{
	const char *wrong = wrongly_opened();

	(void)state;
	if (wrong)
		fail_msg("%s", wrong);
}

/* openat2 fails from now on, for this process. */
static bool forget_openat2(int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(filter) / sizeof(filter[0]), .filter = filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void an_older_kernel_and_a_sandbox_open_the_same(void **state)
{
	static const int errors[] = { ENOSYS, EPERM };
	enum { SAME, OTHER, NO_FILTER };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (!child) {
			const char *wrong;

			if (!forget_openat2(errors[i]))
				_exit(NO_FILTER);
			wrong = wrongly_opened();
			if (wrong)
				fprintf(stderr, "%s\n", wrong);
			_exit(wrong ? OTHER : SAME);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER)
			skip();
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == SAME);
	}
}

static void descriptors_are_closed_with_the_arena(void **state)
{
	struct stat stat;
	int fd;

	(void)state;
	assert_int_equal(file_open(&arena, &files, S("note.txt"), "", &fd, &stat), 0);
	arena_reset(&arena);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static struct str tag(struct stat *stat, int64_t now_ms)
{
	return file_etag(&arena, stat, (struct str){ 0 }, now_ms);
}

static void a_tag_is_weak_while_a_change_could_go_unseen(void **state)
{
	struct stat fine = { .st_ino = 0xab, .st_size = 0x10, .st_ctim = { 1000, 5000000 } };
	struct stat coarse = { .st_ino = 0xab, .st_size = 0x10, .st_ctim = { 1000, 0 } };

	(void)state;
	assert_str(tag(&fine, 1000200), "\"ab-10-e8d4f15b40\"");
	assert_true(str_starts(tag(&fine, 1000104), S("W/\"")));
	assert_true(str_starts(tag(&fine, 1000105), S("\"")));
	assert_true(str_starts(tag(&fine, 999000), S("W/\""))); /* changed later than now: some clock is wrong */
	assert_true(str_starts(tag(&coarse, 1001999), S("W/\"")));
	assert_true(str_starts(tag(&coarse, 1002000), S("\"")));
	assert_str(file_etag(&arena, &fine, S("gzip"), 1000200), "\"ab-10-e8d4f15b40-gzip\"");
}

static void a_tag_is_another_one_with_each_thing_that_it_is_made_of(void **state)
{
	const struct stat file = { .st_ino = 1, .st_size = 2, .st_ctim = { 3, 4 }, .st_mtim = { 5, 6 } };
	struct stat other[4] = { file, file, file, file };
	struct str first = tag(&(struct stat){ .st_ino = 1, .st_size = 2, .st_ctim = { 3, 4 } }, 1000000);

	(void)state;
	other[0].st_ino++;
	other[1].st_size++;
	other[2].st_ctim.tv_sec++;
	other[3].st_ctim.tv_nsec++;
	for (size_t i = 0; i < 4; i++)
		assert_false(str_eq(tag(&other[i], 1000000), first));
}

static void a_date_is_told_once_its_second_is_over(void **state)
{
	const struct stat fine = { .st_mtim = { 1000, 1 } }, coarse = { .st_mtim = { 1000, 0 } };

	(void)state;
	assert_int_equal(file_modified(&fine, 1000999), -1);
	assert_int_equal(file_modified(&fine, 1001000), 1000);
	assert_int_equal(file_modified(&coarse, 1001999), -1);
	assert_int_equal(file_modified(&coarse, 1002000), 1000);
	assert_int_equal(file_modified(&fine, 5000), -1); /* in the future */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(only_regular_files_are_opened_and_no_link_is_followed),
		TEST(an_older_kernel_and_a_sandbox_open_the_same),
		TEST(descriptors_are_closed_with_the_arena),
		TEST(a_tag_is_weak_while_a_change_could_go_unseen),
		TEST(a_tag_is_another_one_with_each_thing_that_it_is_made_of),
		TEST(a_date_is_told_once_its_second_is_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
