#include "unit/test.h"

#include "observe/page_layout.h"

static bool was_asked[PAGE_NODES_MAX];
static struct page_layout layout;

static int set_up(void **state)
{
	(void)state;
	memset(was_asked, 0, sizeof(was_asked));
	return 0;
}

static uint8_t node_of(const char *id)
{
	uint8_t node;

	assert_int_equal(statute_graph_find(id, &node), 0);
	return node;
}

static bool is_open(uint8_t node)
{
	return layout.blocks[layout.block_of[node]].is_open;
}

/* Asks the rows of one block in `of`, and those of the first. */
static void ask_some_blocks(unsigned of)
{
	for (uint8_t i = 0; statute_graph_node(i); i++)
		was_asked[i] = i == 0 || statute_graph_node(i)->id[0] % of == 0;
}

static void assert_rows_stand_apart(void)
{
	int y = 0;

	for (size_t b = 0; b < layout.block_count; b++) {
		const struct page_block *block = &layout.blocks[b];

		assert_in_range(block->row.y, y, INT32_MAX);
		y = block->row.y;
		for (uint8_t i = block->first; block->is_open && i < block->end; i++) {
			assert_in_range(layout.rows[i].y, y, INT32_MAX);
			assert_in_range(layout.rows[i].height, PAGE_BOX_HEIGHT + 1, INT32_MAX);
			y = layout.rows[i].y + layout.rows[i].height;
		}
		assert_in_range(block->row.y + block->row.height, y, INT32_MAX);
		y = block->row.y + block->row.height;
	}
	assert_int_equal(layout.height, y);
}

static void assert_edge_points_down(uint8_t from, uint8_t to)
{
	if (to == STATUTE_NODE_END) {
		assert_int_equal(page_layout_way(&layout, from, to), PAGE_END);
		return;
	}
	assert_true(page_layout_target(&layout, to)->y > layout.rows[from].y);
	if (page_layout_way(&layout, from, to) == PAGE_LANE)
		assert_in_range(page_layout_target(&layout, to)->lane, 0, layout.lane_count - 1);
}

/* Runs another edge along a part of this one, in the same lane, to another place? */
static void assert_lane_is_free(uint8_t from, uint8_t to)
{
	const struct page_row *target = page_layout_target(&layout, to);

	for (uint8_t i = 0; i < layout.node_count; i++) {
		const struct statute_node *row = statute_graph_node(i);
		const uint8_t ends[] = { row->yes.to, row->no.to };

		for (size_t end = 0; end < 2 && is_open(i); end++) {
			const struct page_row *other;

			if (page_layout_way(&layout, i, ends[end]) != PAGE_LANE)
				continue;
			other = page_layout_target(&layout, ends[end]);
			if (other != target && other->lane == target->lane)
				assert_true(other->middle < layout.rows[from].middle ||
				            layout.rows[i].middle > target->middle);
		}
	}
}

static void assert_edges_are_drawable(void)
{
	for (uint8_t i = 0; i < layout.node_count; i++) {
		const struct statute_node *row = statute_graph_node(i);
		const uint8_t ends[] = { row->yes.to, row->no.to };

		for (size_t end = 0; end < 2 && is_open(i); end++) {
			assert_edge_points_down(i, ends[end]);
			if (page_layout_way(&layout, i, ends[end]) == PAGE_LANE)
				assert_lane_is_free(i, ends[end]);
		}
	}
}

static void the_whole_graph_is_drawable(void **state)
{
	(void)state;
	page_layout_make(&layout, was_asked, true, STATUTE_NODE_END, 0);
	assert_null(statute_graph_node(layout.node_count));
	for (uint8_t i = 0; i < layout.node_count; i++)
		assert_true(is_open(i));
	assert_rows_stand_apart();
	assert_edges_are_drawable();
}

static void so_it_is_with_any_blocks_closed(void **state)
{
	(void)state;
	for (unsigned of = 2; of < 12; of++) {
		ask_some_blocks(of);
		page_layout_make(&layout, was_asked, false, STATUTE_NODE_END, 0);
		assert_rows_stand_apart();
		assert_edges_are_drawable();
	}
}

static void a_block_is_closed_where_none_of_its_rows_was_asked(void **state)
{
	(void)state;
	was_asked[node_of("A12")] = was_asked[node_of("H03")] = was_asked[node_of("H03a")] = true;
	page_layout_make(&layout, was_asked, false, STATUTE_NODE_END, 0);
	for (size_t i = 0; i < layout.block_count; i++) {
		const struct page_block *block = &layout.blocks[i];

		assert_int_equal(block->is_open, block->letter == 'A' || block->letter == 'H');
		assert_int_equal(block->asked, block->letter == 'A' ? 1 : block->letter == 'H' ? 2 : 0);
	}
}

static void edges_into_a_closed_block_arrive_at_the_block(void **state)
{
	uint8_t from = node_of("H00"), into = node_of("I00");

	(void)state;
	was_asked[from] = true;
	page_layout_make(&layout, was_asked, false, STATUTE_NODE_END, 0);
	assert_int_equal(page_layout_way(&layout, from, into), PAGE_LANE);
	assert_ptr_equal(page_layout_target(&layout, into), &layout.blocks[layout.block_of[into]].row);
	assert_int_equal(page_layout_way(&layout, node_of("H09a"), into), PAGE_DOWN);
}

static void a_row_has_room_for_all_its_labels(void **state)
{
	uint8_t two = node_of("H05c"), failed = node_of("H03a");
	int height;

	(void)state;
	page_layout_make(&layout, was_asked, true, STATUTE_NODE_END, 0);
	assert_int_equal(page_layout_labels(two), 2);
	assert_in_range(layout.rows[two].height, PAGE_BOX_HEIGHT + PAGE_LABEL_PITCH, INT32_MAX);
	height = layout.rows[failed].height;
	page_layout_make(&layout, was_asked, true, failed, 0);
	assert_int_equal(layout.rows[failed].height, height + PAGE_LABEL_PITCH);
}

static void the_first_block_leaves_room_above_its_rows(void **state)
{
	int y;

	(void)state;
	page_layout_make(&layout, was_asked, true, STATUTE_NODE_END, 0);
	y = layout.rows[0].y;
	page_layout_make(&layout, was_asked, true, STATUTE_NODE_END, 44);
	assert_int_equal(layout.rows[0].y, y + 44);
	assert_rows_stand_apart();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_whole_graph_is_drawable, set_up),
		cmocka_unit_test_setup(so_it_is_with_any_blocks_closed, set_up),
		cmocka_unit_test_setup(a_block_is_closed_where_none_of_its_rows_was_asked, set_up),
		cmocka_unit_test_setup(edges_into_a_closed_block_arrive_at_the_block, set_up),
		cmocka_unit_test_setup(a_row_has_room_for_all_its_labels, set_up),
		cmocka_unit_test_setup(the_first_block_leaves_room_above_its_rows, set_up),
	};

	return cmocka_run_group_tests_name("observe/page_layout", tests, NULL, NULL);
}
