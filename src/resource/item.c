/* One row of a collection: GET, HEAD, PUT, PATCH, DELETE. */
#include "resource/resource.h"

const struct exchange_kind item_kind = {
	.name = "item",
	.find = resource_find_item,
	.understand = resource_understand,
	.write = resource_write,
	.reply = resource_reply,
	.explain = resource_explain,
};
