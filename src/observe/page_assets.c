/* The files of the pages, in the binary as they stand in page/. */
#include "observe/page_assets.h"

#include <stdio.h>

/* The assembler finds the file where CMakeLists.txt sends it. A NUL ends it, which is not counted. */
#define EMBED(name, file) \
	__asm__(".pushsection .rodata\n" \
	        ".balign 8\n" #name "_begin:\n" \
	        ".incbin \"" file "\"\n" #name "_end:\n" \
	        ".byte 0\n" \
	        ".popsection\n"); \
	extern const char name##_begin[], name##_end[]

EMBED(page_style, "statute.css");
EMBED(page_trace_script, "trace.js");
EMBED(page_traces_script, "traces.js");
EMBED(page_icon, "icon.svg");
EMBED(page_traces_page, "traces.html");
EMBED(page_docs_page, "docs.html");
EMBED(page_docs_style, "docs.css");
EMBED(page_docs_script, "docs.js");
EMBED(page_docs_try, "docs-try.js");
EMBED(page_docs_schema, "docs-schema.js");
EMBED(page_docs_text, "docs-text.js");

static const struct {
	const char *name, *type, *begin, *end;
} files[] = {
	{ "statute.css", "text/css; charset=utf-8", page_style_begin, page_style_end },
	{ "trace.js", "text/javascript; charset=utf-8", page_trace_script_begin, page_trace_script_end },
	{ "traces.js", "text/javascript; charset=utf-8", page_traces_script_begin, page_traces_script_end },
	{ "docs.css", "text/css; charset=utf-8", page_docs_style_begin, page_docs_style_end },
	{ "docs.js", "text/javascript; charset=utf-8", page_docs_script_begin, page_docs_script_end },
	{ "docs-try.js", "text/javascript; charset=utf-8", page_docs_try_begin, page_docs_try_end },
	{ "docs-schema.js", "text/javascript; charset=utf-8", page_docs_schema_begin, page_docs_schema_end },
	{ "docs-text.js", "text/javascript; charset=utf-8", page_docs_text_begin, page_docs_text_end },
	{ "icon.svg", "image/svg+xml", page_icon_begin, page_icon_end },
};

/* FNV-1a: tells versions of a file apart, which is all that a tag is for. */
void page_write_etag(char out[PAGE_ETAG_LEN + 1], struct str content)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < content.len; i++)
		hash = (hash ^ (unsigned char)content.at[i]) * UINT64_C(0x100000001b3);
	snprintf(out, PAGE_ETAG_LEN + 1, "\"%016llx\"", (unsigned long long)hash);
}

bool page_asset(struct str name, struct page_asset *ret_asset)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!str_eq(name, str_from(files[i].name)))
			continue;
		ret_asset->type = str_from(files[i].type);
		ret_asset->content = str_of(files[i].begin, (size_t)(files[i].end - files[i].begin));
		page_write_etag(ret_asset->etag, ret_asset->content);
		return true;
	}
	return false;
}

struct str page_traces(void)
{
	/* cppcheck-suppress comparePointers ; the two labels enclose one file */
	return str_of(page_traces_page_begin, (size_t)(page_traces_page_end - page_traces_page_begin));
}

void page_docs(struct page_asset *ret_page)
{
	ret_page->type = str_from("text/html; charset=utf-8");
	/* cppcheck-suppress comparePointers ; as above */
	ret_page->content = str_of(page_docs_page_begin, (size_t)(page_docs_page_end - page_docs_page_begin));
	page_write_etag(ret_page->etag, ret_page->content);
}
