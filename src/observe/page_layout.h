/*
 * Where each row of the decision graph stands when it is drawn: one under the
 * other, in the order of the page, a band for each block.
 *
 * An edge to the next row runs straight down; an edge further down leaves a row at
 * its left side and runs in a lane, which all edges to one row share; an edge that
 * ends the walk leaves to the right, to a label of its own. A block that is closed
 * is one line, and so are all edges into it. Pure functions; any thread.
 */
#ifndef STATUTE_OBSERVE_PAGE_LAYOUT_H
#define STATUTE_OBSERVE_PAGE_LAYOUT_H

#include <statute/graph.h>

enum {
	PAGE_NODES_MAX = 254, /* a node is a byte, and 255 is the end */
	PAGE_BLOCKS_MAX = 26,
	PAGE_NO_LANE = 255,

	PAGE_BOX_HEIGHT = 26,
	PAGE_LABEL_PITCH = 26, /* from one label at the right side of a row to the next */
	PAGE_LANE_PITCH = 9,
};

/* Pixels, from the top. */
struct page_row {
	int y, height;
	int middle;   /* of its box, and of its first label */
	uint8_t lane; /* in which edges from further up come in; PAGE_NO_LANE: none do */
};

struct page_block {
	char letter;
	uint8_t first, end; /* its rows */
	uint16_t asked;     /* how many of them were */
	bool is_open;
	struct page_row row; /* all of it; the middle is that of its name */
};

struct page_layout {
	struct page_block blocks[PAGE_BLOCKS_MAX];
	struct page_row rows[PAGE_NODES_MAX]; /* of open blocks; else zero */
	uint8_t block_of[PAGE_NODES_MAX];
	uint8_t node_count, block_count, lane_count;
	int height;
};

enum page_way { PAGE_DOWN, PAGE_LANE, PAGE_END };

/*
 * `was_asked` has a bool for each row of the graph. Blocks without an asked row are
 * closed unless `is_whole`. The row `failed` (STATUTE_NODE_END: none) gets room for
 * one label more than it has ends. `above`: pixels to leave free at the top of the
 * first block.
 */
void page_layout_make(struct page_layout *ret_layout, const bool *was_asked, bool is_whole, uint8_t failed,
                      int above);
/* How many edges of a row end the walk. */
int page_layout_labels(uint8_t at);
/* How an edge runs that goes from `from` to `to`, which may be STATUTE_NODE_END. `from` is in an open block. */
enum page_way page_layout_way(const struct page_layout *layout, uint8_t from, uint8_t to);
/* Where an edge to `to` arrives: a row, or the block where that is closed. */
const struct page_row *page_layout_target(const struct page_layout *layout, uint8_t to);

#endif
