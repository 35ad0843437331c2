/*
 * Faults made to order, for what SQLite asks of the system: the n-th allocation
 * fails, or the n-th read, write or sync of a file, or that one and all after it.
 * Call faults_install before anything else uses SQLite.
 */
#ifndef STATUTE_TEST_STORE_FAULTS_H
#define STATUTE_TEST_STORE_FAULTS_H

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct fault {
	atomic_long left; /* calls until it fails; below 1: never */
	atomic_bool lasts;
	atomic_long hits;
};

static struct fault memory_fault, file_fault;

static inline void fault_set(struct fault *fault, long at, bool lasts)
{
	fault->hits = 0;
	fault->lasts = lasts;
	fault->left = at;
}

static inline bool fault_is_due(struct fault *fault)
{
	long left = fault->left;

	if (left < 1)
		return false;
	if (left > 1) {
		fault->left = left - 1;
		return false;
	}
	if (!fault->lasts)
		fault->left = 0;
	fault->hits++;
	return true;
}

static sqlite3_mem_methods real_memory;

static inline void *faulty_malloc(int size)
{
	return fault_is_due(&memory_fault) ? NULL : real_memory.xMalloc(size);
}

static inline void *faulty_realloc(void *at, int size)
{
	return fault_is_due(&memory_fault) ? NULL : real_memory.xRealloc(at, size);
}

struct faulty_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;

static inline sqlite3_file *real_file(sqlite3_file *file)
{
	return ((struct faulty_file *)file)->real;
}

static inline int faulty_close(sqlite3_file *file)
{
	return real_file(file)->pMethods->xClose(real_file(file));
}

static inline int faulty_read(sqlite3_file *file, void *to, int size, sqlite3_int64 at)
{
	return fault_is_due(&file_fault) ? SQLITE_IOERR_READ
	                                 : real_file(file)->pMethods->xRead(real_file(file), to, size, at);
}

static inline int faulty_write(sqlite3_file *file, const void *from, int size, sqlite3_int64 at)
{
	return fault_is_due(&file_fault) ? SQLITE_IOERR_WRITE
	                                 : real_file(file)->pMethods->xWrite(real_file(file), from, size, at);
}

static inline int faulty_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return fault_is_due(&file_fault) ? SQLITE_IOERR_TRUNCATE
	                                 : real_file(file)->pMethods->xTruncate(real_file(file), size);
}

static inline int faulty_sync(sqlite3_file *file, int flags)
{
	return fault_is_due(&file_fault) ? SQLITE_IOERR_FSYNC
	                                 : real_file(file)->pMethods->xSync(real_file(file), flags);
}

static inline int faulty_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_file(file)->pMethods->xFileSize(real_file(file), size);
}

static inline int faulty_lock(sqlite3_file *file, int lock)
{
	return real_file(file)->pMethods->xLock(real_file(file), lock);
}

static inline int faulty_unlock(sqlite3_file *file, int lock)
{
	return real_file(file)->pMethods->xUnlock(real_file(file), lock);
}

static inline int faulty_reserved(sqlite3_file *file, int *is)
{
	return real_file(file)->pMethods->xCheckReservedLock(real_file(file), is);
}

static inline int faulty_control(sqlite3_file *file, int operation, void *argument)
{
	return real_file(file)->pMethods->xFileControl(real_file(file), operation, argument);
}

static inline int faulty_sector(sqlite3_file *file)
{
	return real_file(file)->pMethods->xSectorSize(real_file(file));
}

static inline int faulty_device(sqlite3_file *file)
{
	return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}

static inline int faulty_shm_map(sqlite3_file *file, int page, int size, int extends, void volatile **at)
{
	return real_file(file)->pMethods->xShmMap(real_file(file), page, size, extends, at);
}

static inline int faulty_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_file(file)->pMethods->xShmLock(real_file(file), offset, count, flags);
}

static inline void faulty_shm_barrier(sqlite3_file *file)
{
	real_file(file)->pMethods->xShmBarrier(real_file(file));
}

static inline int faulty_shm_unmap(sqlite3_file *file, int deletes)
{
	return real_file(file)->pMethods->xShmUnmap(real_file(file), deletes);
}

static const sqlite3_io_methods faulty_methods = {
	.iVersion = 2,
	.xClose = faulty_close,
	.xRead = faulty_read,
	.xWrite = faulty_write,
	.xTruncate = faulty_truncate,
	.xSync = faulty_sync,
	.xFileSize = faulty_size,
	.xLock = faulty_lock,
	.xUnlock = faulty_unlock,
	.xCheckReservedLock = faulty_reserved,
	.xFileControl = faulty_control,
	.xSectorSize = faulty_sector,
	.xDeviceCharacteristics = faulty_device,
	.xShmMap = faulty_shm_map,
	.xShmLock = faulty_shm_lock,
	.xShmBarrier = faulty_shm_barrier,
	.xShmUnmap = faulty_shm_unmap,
};

static inline int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                              int *ret_flags)
{
	struct faulty_file *own = (struct faulty_file *)file;
	int code;

	(void)vfs;
	own->real = (sqlite3_file *)(own + 1);
	code = real_vfs->xOpen(real_vfs, name, own->real, flags, ret_flags);
	file->pMethods = own->real->pMethods ? &faulty_methods : NULL;
	return code;
}

static inline int faulty_last_error(sqlite3_vfs *vfs, int size, char *text)
{
	(void)vfs;
	if (size > 0)
		text[0] = '\0';
	return file_fault.hits ? EIO : errno;
}

static inline void faults_install(void)
{
	static sqlite3_mem_methods memory;
	static sqlite3_vfs vfs;

	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
	memory = real_memory;
	memory.xMalloc = faulty_malloc;
	memory.xRealloc = faulty_realloc;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
	sqlite3_initialize();
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.pNext = NULL;
	vfs.zName = "faulty";
	vfs.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
	vfs.xOpen = faulty_open;
	vfs.xGetLastError = faulty_last_error;
	sqlite3_vfs_register(&vfs, 1);
}

#endif
