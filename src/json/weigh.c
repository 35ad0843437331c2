/* What a tree weighs: see link.h. */
#include "json/link.h"

bool json_weigh(const struct json *node, struct json_weight *ret_weight)
{
	const struct json *open[JSON_DEPTH_MAX];
	struct json_weight weight = { 0 };
	size_t depth = 0;

	for (;;) {
		bool is_parent = node->type >= JSON_ARRAY;

		weight.nodes++;
		weight.bytes += sizeof(*node) + node->name.len + (is_parent ? 0 : node->text.len);
		if (depth + is_parent > JSON_DEPTH_MAX)
			return false;
		if (depth + is_parent > weight.depth)
			weight.depth = depth + is_parent;
		if (json_first(node)) {
			open[depth++] = node;
			node = json_first(node);
			continue;
		}
		while (depth && !node->next)
			node = open[--depth];
		if (!depth)
			break;
		node = node->next;
	}
	*ret_weight = weight;
	return true;
}
