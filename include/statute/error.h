/*
 * What a function of libstatute returns when it fails: 0 is success, a negative
 * value is one of these. HTTP statuses are answers, never errors of this kind.
 * Thread-safe.
 */
#ifndef STATUTE_ERROR_H
#define STATUTE_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define STATUTE_CHECK __attribute__((warn_unused_result))
#define STATUTE_API __attribute__((visibility("default")))
#else
#define STATUTE_CHECK
#define STATUTE_API
#endif

enum statute_err {
	STATUTE_OK = 0,
#define E(name, number, text) STATUTE_##name = -(number),
#include <statute/err.def>
#undef E
};

/* "ENOMEM" and "not enough memory"; a number that is none of ours is "UNKNOWN". Static text. */
STATUTE_API const char *statute_err_name(int err);
STATUTE_API const char *statute_err_text(int err);

#ifdef __cplusplus
}
#endif

#endif
