/* Names and texts of the library's errors, from err.def. */
#include <statute/error.h>

const char *statute_err_name(int err)
{
	switch (err) {
	case 0: return "OK";
#define E(name, number, text) case -(number): return #name;
#include <statute/err.def>
#undef E
	default: return "UNKNOWN";
	}
}

const char *statute_err_text(int err)
{
	switch (err) {
	case 0: return "success";
#define E(name, number, text) case -(number): return text;
#include <statute/err.def>
#undef E
	default: return "unknown error";
	}
}
