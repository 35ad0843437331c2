/* Media types of files, by what their names end in: rows of file_type.def. Pure; thread-safe. */
#ifndef STATUTE_MESSAGE_FILE_TYPE_H
#define STATUTE_MESSAGE_FILE_TYPE_H

#include "base/str.h"

/*
 * "style.css" → "text/css; charset=utf-8". The letters may be of either case. What is not known is
 * application/octet-stream: nobody guesses by the bytes.
 */
struct str file_type(struct str name);
/* What names of files of a type end in: "video/mp4" → "mp4"; {NULL, 0} where none is known. */
struct str file_extension(struct str type);

#endif
