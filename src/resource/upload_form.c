/*
 * A form that uploads a file (multipart/form-data): the one part with a file name is the file, and other
 * parts are read over. The file name says what the new name ends in, and nothing else.
 */
#include "message/file_type.h"
#include "message/multipart.h"
#include "resource/upload.h"

enum { EXTENSION_MAX = 8 };

struct form {
	struct multipart parser;
	bool is_in_file;   /* what comes now is the file's content */
	bool has_file, has_other_file;
	bool is_malformed;
	struct str refused; /* the type of a file that is not taken */
};

int form_begin(struct exchange *x, struct upload *upload)
{
	struct str field = request_field(&x->request, FIELD_CONTENT_TYPE);
	struct media_type type;
	char *scratch;

	if (!x->request.has_content || !x->bound->operation->body || !upload_takes_forms(x->bound->operation) ||
	    !media_type_parse(field, false, &type) || !str_eq_nocase(type.type, S("multipart")))
		return 0;
	upload->form = arena_new(&x->arena, struct form);
	scratch = arena_alloc(&x->arena, field.len);
	if (!upload->form || !scratch)
		return STATUTE_ENOMEM;
	upload->form->is_malformed =
		!multipart_init(&upload->form->parser, media_type_parameter(&type, S("boundary"), scratch));
	return 0;
}

/* Letters and digits alone, in lower case: nothing that means anything to whoever handles the file. */
static struct str extension_of(struct exchange *x, struct str name)
{
	char text[EXTENSION_MAX];
	size_t len = 0;

	while (len < name.len && name.at[name.len - 1 - len] != '.')
		len++;
	if (!len || len >= name.len || len > EXTENSION_MAX)
		return (struct str){ 0 };
	for (size_t i = 0; i < len; i++) {
		char c = name.at[name.len - len + i];

		text[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
		if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9')))
			return (struct str){ 0 };
	}
	return str_dup(&x->arena, str_of(text, len));
}

/* RFC 7578 section 4.4: text/plain where nothing is said. */
static int begin_file(struct exchange *x, struct upload *upload)
{
	struct form *form = upload->form;
	struct str type = form->parser.type.at ? form->parser.type : S("text/plain"), name;

	form->has_file = form->is_in_file = true;
	upload->extension = extension_of(x, form->parser.filename);
	if (!upload->extension.len)
		upload->extension = file_extension(type);
	name = str_printf(&x->arena, "file.%.*s", STR_ARG(upload->extension));
	if (!name.at)
		return STATUTE_ENOMEM;
	if (!upload_type_fits(x, type))
		form->refused = str_dup(&x->arena, type);
	else if (x->request.method == METHOD_POST && !upload_name_fits(x, name))
		form->refused = file_type(name);
	else
		return 0;
	form->is_in_file = false;
	return form->refused.at ? 0 : STATUTE_ENOMEM;
}

/* A browser sends an empty name where no file was chosen. */
static int begin_part(struct exchange *x, struct upload *upload)
{
	struct form *form = upload->form;

	form->is_in_file = false;
	if (!form->parser.filename.len)
		return 0;
	if (!form->has_file)
		return begin_file(x, upload);
	form->has_other_file = true;
	return 0;
}

int form_take(struct exchange *x, struct upload *upload, struct str rest)
{
	struct form *form = upload->form;

	while (rest.len && !form->is_malformed) {
		struct str piece = { 0 };
		size_t used;
		int r = 0;

		switch (multipart_next(&form->parser, rest, &used, &piece)) {
		case MULTIPART_PART: r = begin_part(x, upload); break;
		case MULTIPART_CONTENT: r = form->is_in_file ? upload_keep(upload, piece) : 0; break;
		case MULTIPART_PART_END: form->is_in_file = false; break;
		case MULTIPART_MALFORMED: form->is_malformed = true; break;
		case MULTIPART_END:
		case MULTIPART_MORE: break;
		}
		if (r < 0)
			return r;
		rest = str_sub(rest, used, rest.len);
	}
	return form->is_malformed ? STATUTE_ESYNTAX : 0;
}

bool form_taken(struct exchange *x, struct upload *upload)
{
	const struct form *form = upload->form;
	bool parses = !form->is_malformed && (upload->outcome != UPLOAD_DONE || multipart_is_whole(&form->parser));

	FACT(CONTENT_PARSES, parses);
	if (!parses)
		x->problem.detail = form->is_malformed ? S("The content is no multipart/form-data.")
		                                       : S("The content is a form without its end.");
	return parses;
}

static int blame(struct exchange *x, const char *code, struct str message)
{
	const struct problem_error error = {
		.field = S("file"), .pointer = S("/file"), .message = message, .code = str_from(code)
	};

	FACT(SCHEMA_HOLDS, false);
	return message.at ? resource_error(x, &error) : STATUTE_ENOMEM;
}

int form_understand(struct exchange *x, struct upload *upload)
{
	const struct form *form = upload->form;

	if (!form || upload->outcome != UPLOAD_DONE) {
		if (!statute_fact_known(&x->facts, STATUTE_FACT_SCHEMA_HOLDS))
			FACT(SCHEMA_HOLDS, true);
		return 0;
	}
	FACT(SCHEMA_HOLDS, true);
	if (!form->has_file)
		return blame(x, "REQUIRED", S("The form has no file"));
	if (form->has_other_file)
		return blame(x, "MAX_ITEMS", S("The form has more than one file"));
	if (form->refused.at)
		return blame(x, "MEDIA_TYPE", str_printf(&x->arena, "%.*s is not taken", STR_ARG(form->refused)));
	return 0;
}
