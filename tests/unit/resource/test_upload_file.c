/* Files on their way into a folder, without any request. */
#include "resource/upload_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "unit/test.h"

static char path[64];
static int folder;

static int start(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/statute-upload-XXXXXX");
	assert_non_null(mkdtemp(path));
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder < 0;
}

static unsigned count_files(void)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(dir)))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return count;
}

static int end(void **state)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	(void)state;
	while ((entry = readdir(dir)))
		if (unlinkat(folder, entry->d_name, 0) < 0)
			unlinkat(folder, entry->d_name, AT_REMOVEDIR);
	closedir(dir);
	close(folder);
	return rmdir(path);
}

static void assert_content(const char *name, const char *content)
{
	char text[100];
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_str(str_of(text, (size_t)read(fd, text, sizeof(text))), content);
	close(fd);
}

static enum upload_outcome put(const char *name, const char *content, bool replaces)
{
	struct upload_file file = UPLOAD_FILE_INIT;
	enum upload_outcome outcome;

	assert_int_equal(upload_file_begin(&file, folder), UPLOAD_DONE);
	assert_int_equal(upload_file_add(&file, str_from(content)), UPLOAD_DONE);
	assert_int_equal(upload_file_sync(&file), UPLOAD_DONE);
	outcome = upload_file_commit(&file, name, replaces);
	upload_file_done(&file);
	return outcome;
}

static void a_file_is_whole_or_not_there(void **state)
{
	struct upload_file file = UPLOAD_FILE_INIT;

	(void)state;
	assert_int_equal(upload_file_begin(&file, folder), UPLOAD_DONE);
	assert_int_equal(upload_file_add(&file, S("one, ")), UPLOAD_DONE);
	assert_int_equal(faccessat(folder, "a", F_OK, 0), -1);
	assert_int_equal(upload_file_add(&file, S("two")), UPLOAD_DONE);
	assert_int_equal(file.len, 8);
	assert_int_equal(upload_file_sync(&file), UPLOAD_DONE);
	assert_int_equal(upload_file_commit(&file, "a", false), UPLOAD_DONE);
	upload_file_done(&file);
	upload_file_done(&file);
	assert_content("a", "one, two");
	assert_int_equal(count_files(), 1);
}

static void one_that_is_given_up_leaves_nothing(void **state)
{
	struct upload_file file = UPLOAD_FILE_INIT;

	(void)state;
	assert_int_equal(upload_file_begin(&file, folder), UPLOAD_DONE);
	assert_int_equal(upload_file_add(&file, S("half")), UPLOAD_DONE);
	assert_int_equal(count_files(), 1);
	upload_file_done(&file);
	assert_int_equal(count_files(), 0);
}

static void a_new_file_replaces_nothing_unless_it_shall(void **state)
{
	(void)state;
	assert_int_equal(put("a", "1", false), UPLOAD_DONE);
	assert_int_equal(put("a", "2", false), UPLOAD_EXISTS);
	assert_content("a", "1");
	assert_int_equal(put("a", "3", true), UPLOAD_DONE);
	assert_content("a", "3");
	assert_int_equal(mkdirat(folder, "b", 0755), 0);
	assert_int_equal(put("b", "4", true), UPLOAD_EXISTS);
	assert_int_equal(put("b", "4", false), UPLOAD_EXISTS);
	assert_int_equal(count_files(), 2);
}

static void what_is_removed_is_gone_once(void **state)
{
	int error;

	(void)state;
	assert_int_equal(put("a", "1", false), UPLOAD_DONE);
	assert_int_equal(upload_remove(folder, "a", &error), UPLOAD_DONE);
	assert_int_equal(upload_remove(folder, "a", &error), UPLOAD_ABSENT);
	assert_int_equal(error, ENOENT);
}

static void only_what_nobody_works_on_is_swept(void **state)
{
	struct upload_file file = UPLOAD_FILE_INIT;
	static const char *const others[] = { ".statute-notes", ".htaccess", "statute-0123456789012345678901", NULL };
	int fd;

	(void)state;
	for (size_t i = 0; others[i]; i++)
		close(openat(folder, others[i], O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(upload_file_begin(&file, folder), UPLOAD_DONE);
	fd = openat(folder, ".statute-0123456789012345678901", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(count_files(), 5);
	upload_sweep(folder);
	assert_int_equal(count_files(), 4);
	assert_int_equal(upload_file_sync(&file), UPLOAD_DONE);
	assert_int_equal(upload_file_commit(&file, "a", false), UPLOAD_DONE);
	upload_file_done(&file);
	upload_sweep(folder);
	assert_int_equal(count_files(), 4);
}

static void a_full_disk_is_told_from_other_failures(void **state)
{
	struct upload_file file = UPLOAD_FILE_INIT;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), own;

	(void)state;
	assert_true(full >= 0);
	assert_int_equal(upload_file_begin(&file, folder), UPLOAD_DONE);
	own = file.fd;
	file.fd = full;
	assert_int_equal(upload_file_add(&file, S("x")), UPLOAD_FULL);
	assert_int_equal(file.error, ENOSPC);
	file.fd = own;
	close(full);
	upload_file_done(&file);
	file = (struct upload_file)UPLOAD_FILE_INIT;
	assert_int_equal(upload_file_begin(&file, -1), UPLOAD_FAILED);
	upload_file_done(&file);
}

static void locks_of_two_names_are_let_go(void **state)
{
	struct upload_lock *lock;

	(void)state;
	for (int i = 0; i < 3; i++) {
		lock = upload_lock(folder, "a");
		upload_unlock(lock);
	}
	assert_ptr_equal(lock, upload_lock(folder, "a"));
	upload_unlock(lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_whole_or_not_there, start, end),
		cmocka_unit_test_setup_teardown(one_that_is_given_up_leaves_nothing, start, end),
		cmocka_unit_test_setup_teardown(a_new_file_replaces_nothing_unless_it_shall, start, end),
		cmocka_unit_test_setup_teardown(what_is_removed_is_gone_once, start, end),
		cmocka_unit_test_setup_teardown(only_what_nobody_works_on_is_swept, start, end),
		cmocka_unit_test_setup_teardown(a_full_disk_is_told_from_other_failures, start, end),
		cmocka_unit_test_setup_teardown(locks_of_two_names_are_let_go, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
