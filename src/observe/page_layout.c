/* The places of rows and lanes: see page_layout.h. */
#include "observe/page_layout.h"

#include <string.h>

enum { HEADING = 44, FOOT = 14, CLOSED = 36, GAP = 10, ROW_GAP = 12 };

/* Rows and closed blocks in the order of the page: what an edge can arrive at. */
static unsigned place_of(const struct page_layout *layout, uint8_t node)
{
	const struct page_block *block = &layout->blocks[layout->block_of[node]];

	return block->is_open ? node : block->first;
}

static struct page_row *row_at(struct page_layout *layout, unsigned place)
{
	struct page_block *block = &layout->blocks[layout->block_of[place]];

	return block->is_open ? &layout->rows[place] : &block->row;
}

const struct page_row *page_layout_target(const struct page_layout *layout, uint8_t to)
{
	const struct page_block *block = &layout->blocks[layout->block_of[to]];

	return block->is_open ? &layout->rows[to] : &block->row;
}

/* The place after a row or a closed block. */
static unsigned next_place(const struct page_layout *layout, unsigned place)
{
	const struct page_block *block = &layout->blocks[layout->block_of[place]];

	return block->is_open ? place + 1 : block->end;
}

enum page_way page_layout_way(const struct page_layout *layout, uint8_t from, uint8_t to)
{
	if (to == STATUTE_NODE_END)
		return PAGE_END;
	return place_of(layout, to) == next_place(layout, from) ? PAGE_DOWN : PAGE_LANE;
}

static void find_blocks(struct page_layout *layout, const bool *was_asked, bool is_whole)
{
	const struct statute_node *node;
	struct page_block *block = NULL;

	for (uint8_t i = 0; i < PAGE_NODES_MAX && (node = statute_graph_node(i)); i++) {
		if (!block || block->letter != node->id[0]) {
			block = &layout->blocks[layout->block_count++];
			*block = (struct page_block){ .letter = node->id[0], .first = i };
		}
		block->end = (uint8_t)(i + 1);
		block->asked = (uint16_t)(block->asked + was_asked[i]);
		block->is_open = is_whole || block->asked;
		layout->block_of[i] = (uint8_t)(layout->block_count - 1);
		layout->node_count = (uint8_t)(i + 1);
	}
}

int page_layout_labels(uint8_t at)
{
	const struct statute_node *node = statute_graph_node(at);

	return (node->yes.to == STATUTE_NODE_END) + (!node->is_effect && node->no.to == STATUTE_NODE_END);
}

static int place_rows(struct page_layout *layout, const struct page_block *block, uint8_t failed, int y)
{
	for (uint8_t i = block->first; i < block->end; i++) {
		int labels = page_layout_labels(i) + (i == failed);
		int more = labels > 1 ? (labels - 1) * PAGE_LABEL_PITCH : 0;

		layout->rows[i] = (struct page_row){ .y = y,
			                             .height = PAGE_BOX_HEIGHT + ROW_GAP + more,
			                             .middle = y + PAGE_BOX_HEIGHT / 2,
			                             .lane = PAGE_NO_LANE };
		y += layout->rows[i].height;
	}
	return y;
}

static void place_blocks(struct page_layout *layout, uint8_t failed, int above)
{
	int y = 0;

	for (size_t i = 0; i < layout->block_count; i++) {
		struct page_block *block = &layout->blocks[i];
		int begin = y;

		if (block->is_open) {
			y = place_rows(layout, block, failed, y + HEADING + (i ? 0 : above)) + FOOT;
			block->row.middle = begin + HEADING / 2;
		} else {
			y += CLOSED;
			block->row.middle = begin + CLOSED / 2;
		}
		block->row.y = begin;
		block->row.height = y - begin;
		block->row.lane = PAGE_NO_LANE;
		y += GAP;
	}
	layout->height = y - GAP;
}

/* From where the topmost edge in a lane to a place comes. */
struct span {
	unsigned from, to;
};

static size_t find_spans(const struct page_layout *layout, struct span *spans)
{
	unsigned topmost[PAGE_NODES_MAX];
	size_t count = 0;

	memset(topmost, 0xff, sizeof(topmost));
	for (uint8_t i = 0; i < layout->node_count; i++) {
		const struct statute_node *node = statute_graph_node(i);
		const uint8_t ends[] = { node->yes.to, node->no.to };

		if (!layout->blocks[layout->block_of[i]].is_open)
			continue;
		for (size_t end = 0; end < 2; end++) {
			if (page_layout_way(layout, i, ends[end]) != PAGE_LANE)
				continue;
			if (i < topmost[place_of(layout, ends[end])])
				topmost[place_of(layout, ends[end])] = i;
		}
	}
	for (unsigned to = 0; to < layout->node_count; to++)
		if (topmost[to] < to)
			spans[count++] = (struct span){ topmost[to], to };
	return count;
}

static void sort_shortest_first(struct span *spans, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct span span = spans[i];
		size_t at = i;

		for (; at && spans[at - 1].to - spans[at - 1].from > span.to - span.from; at--)
			spans[at] = spans[at - 1];
		spans[at] = span;
	}
}

/* The innermost lane in which no span stands yet that would touch this one. */
static uint8_t free_lane(const struct span *spans, const uint8_t *lanes, size_t count, struct span span)
{
	uint8_t lane = 0;

	for (size_t i = 0; i < count; i++)
		if (lanes[i] == lane && spans[i].from <= span.to && spans[i].to >= span.from) {
			lane++;
			i = (size_t)-1; /* look through all of them again */
		}
	return lane;
}

static void choose_lanes(struct page_layout *layout)
{
	struct span spans[PAGE_NODES_MAX];
	uint8_t lanes[PAGE_NODES_MAX];
	size_t count = find_spans(layout, spans);

	sort_shortest_first(spans, count);
	for (size_t i = 0; i < count; i++) {
		lanes[i] = free_lane(spans, lanes, i, spans[i]);
		row_at(layout, spans[i].to)->lane = lanes[i];
		if (layout->lane_count <= lanes[i])
			layout->lane_count = (uint8_t)(lanes[i] + 1);
	}
}

void page_layout_make(struct page_layout *ret_layout, const bool *was_asked, bool is_whole, uint8_t failed,
                      int above)
{
	*ret_layout = (struct page_layout){ .height = 0 };
	find_blocks(ret_layout, was_asked, is_whole);
	place_blocks(ret_layout, failed, above);
	choose_lanes(ret_layout);
}
