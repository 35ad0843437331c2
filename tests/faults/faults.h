/*
 * Faults made to order in a process that serves: the n-th allocation or system call
 * of a kind fails, or that one and all after it. The functions of the C library that the
 * server and its libraries call are defined here, in the program itself, which comes first
 * where the dynamic linker looks.
 */
#ifndef STATUTE_TEST_FAULTS_H
#define STATUTE_TEST_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

enum fault_kind {
	FAULT_NONE,
#define F(name, text) FAULT_##name,
#include "faults.def"
#undef F
	FAULT_KINDS
};

/* The kind of a name ("accept"), FAULT_NONE where it is none. */
enum fault_kind fault_find(const char *name);
/* From now on call number `at` (from 1) of the kind fails with `error`, where it `lasts` all later ones too. */
void fault_arm(enum fault_kind kind, long at, bool lasts, int error);
/* Nothing fails any more. Returns how many calls did since fault_arm; *ret_calls: of that kind, in all. */
long fault_disarm(long *ret_calls);
/* Is it this call? Then errno is set. Never on a thread that is spared. */
bool fault_is_due(enum fault_kind kind);
/* The calling thread meets no faults and counts for nothing; so does the first thread until it is told otherwise. */
void fault_spare(bool is_spared);
/* Where the last fault struck, a line a frame, to the descriptor. */
void fault_trace(int fd);
/* Where the caller is, in the same form. */
void fault_trace_here(int fd);

/* From now on writes to sockets, files and logs, and reads from sockets, move one byte at a time. */
void fault_shorten(bool is_on);
bool fault_shortens(void);

#endif
