/* The one resource of a lone path: it always exists. Before its first write it is its schema's defaults. */
#include "resource/resource.h"

const struct exchange_kind singleton_kind = {
	.name = "singleton",
	.find = resource_find_singleton,
	.understand = resource_understand,
	.write = resource_write,
	.reply = resource_reply,
	.explain = resource_explain,
};
