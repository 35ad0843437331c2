/* The decision graph as SVG, one request's path through it lit: see page_layout.h for the places. */
#include "observe/page_path.h"

#include "problem/html.h"

enum {
	MARGIN = 14,
	YES_NO = 26, /* room for the answer between the lanes and a box */
	BOX = 404,
	ID = 48,   /* of a box: where its id stands */
	STUB = 44, /* from a box to a label */
	LABEL = 262,
	STATUS = 38, /* of a label */
	SPINE = 24,  /* in a box: where edges straight down run */
	PARSER = 44, /* height of the row for what the parser decides */
	CORNER = 5,
	ARROW = 5,
};

enum { NOT_ASKED = -1, STOPPED = 2 }; /* beside the answers, 0 and 1 */

struct drawing {
	struct buf *buf;
	const struct trace *trace;
	const struct page_path *path;
	struct page_layout layout;
	int8_t answers[PAGE_NODES_MAX]; /* NOT_ASKED, STOPPED, or the answer */
	int box;                        /* left side of all boxes */
	bool is_parser;                 /* the parser refused it: no row was asked */
};

static bool was_taken(const struct drawing *d, uint8_t node, bool answer)
{
	return d->answers[node] == (int8_t)answer;
}

static int lane_x(const struct drawing *d, uint8_t lane)
{
	return d->box - YES_NO - (lane + 1) * PAGE_LANE_PITCH;
}

static const char *lit(bool is_lit)
{
	return is_lit ? " lit" : "";
}

static const char *word(const struct statute_node *row, bool answer)
{
	return row->is_effect ? "then" : answer ? "yes" : "no";
}

static void edge_begin(struct drawing *d, uint8_t node, bool answer)
{
	buf_printf(d->buf, "<path class=\"edge%s\" data-from=\"%s\" data-answer=\"%s\" d=\"",
	           lit(was_taken(d, node, answer)), statute_graph_node(node)->id,
	           word(statute_graph_node(node), answer));
}

static void edge_word(struct drawing *d, uint8_t node, bool answer, int x, int y)
{
	buf_printf(d->buf, "<text class=\"word%s\" x=\"%d\" y=\"%d\">%s</text>\n",
	           lit(was_taken(d, node, answer)), x, y, word(statute_graph_node(node), answer));
}

static void edge_down(struct drawing *d, uint8_t node, bool answer, uint8_t to)
{
	const struct page_row *from = &d->layout.rows[node], *target = page_layout_target(&d->layout, to);
	bool is_closed = target != &d->layout.rows[to];
	int x = d->box + SPINE, end = is_closed ? target->y : target->middle - PAGE_BOX_HEIGHT / 2;

	edge_begin(d, node, answer);
	buf_printf(d->buf, "M%d %dV%dm-3 -%dl3 %d 3 -%d\"/>\n", x, from->middle + PAGE_BOX_HEIGHT / 2, end,
	           ARROW, ARROW, ARROW);
	edge_word(d, node, answer, x + 7, from->middle + PAGE_BOX_HEIGHT / 2 + 10);
}

/* Out at the lower left of a row, down in the lane of the target, in at its upper left. */
static void edge_lane(struct drawing *d, uint8_t node, bool answer, uint8_t to)
{
	const struct page_row *from = &d->layout.rows[node], *target = page_layout_target(&d->layout, to);
	bool is_closed = target != &d->layout.rows[to];
	int x = lane_x(d, target->lane), out = from->middle + 7;
	int in = target->middle - (is_closed ? 0 : 7), end = is_closed ? d->box - 8 : d->box;

	edge_begin(d, node, answer);
	buf_printf(d->buf, "M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%dm-%d -3l%d 3-%d 3\"/>\n", d->box, out,
	           x + CORNER, x, out, x, out + CORNER, in - CORNER, x, in, x + CORNER, in, end, ARROW, ARROW,
	           ARROW);
	edge_word(d, node, answer, d->box - YES_NO + 5, from->middle + 4);
}

static void label(struct drawing *d, int y, int status, struct str code, bool is_lit)
{
	int x = d->box + BOX + STUB;

	buf_printf(d->buf,
	           "<g class=\"end s%d%s\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"20\" rx=\"4\"/>"
	           "<text class=\"status\" x=\"%d\" y=\"%d\">",
	           status / 100, lit(is_lit), x, y - 10, STATUS, x + STATUS / 2, y + 4);
	if (status)
		buf_printf(d->buf, "%d", status);
	else
		buf_lit(d->buf, "–");
	buf_printf(d->buf, "</text><text class=\"code\" x=\"%d\" y=\"%d\">", x + STATUS + 8, y + 4);
	html_text(d->buf, code);
	buf_lit(d->buf, "</text></g>\n");
}

/* To the right; `slot` counts the labels of the row. */
static void edge_end(struct drawing *d, uint8_t node, bool answer, int slot)
{
	const struct statute_node *row = statute_graph_node(node);
	const struct statute_edge *edge = answer ? &row->yes : &row->no;
	const struct page_row *from = &d->layout.rows[node];
	int x = d->box + BOX, y = from->middle + slot * PAGE_LABEL_PITCH;
	bool is_lit;

	edge_begin(d, node, answer);
	if (slot)
		buf_printf(d->buf, "M%d %dh%dV%dH%d\"/>\n", x, from->middle + 6, CORNER + 2, y, x + STUB);
	else
		buf_printf(d->buf, "M%d %dH%d\"/>\n", x, y, x + STUB);
	edge_word(d, node, answer, x + 14, y - 4);
	is_lit = was_taken(d, node, answer) && (node != d->path->last || d->path->is_verdict);
	label(d, y, edge->status, str_from(edge->code), is_lit);
}

/* Edges that were taken are drawn by a second pass, so that they lie above all others. */
static void draw_edges_of(struct drawing *d, uint8_t node, bool wants_lit)
{
	const struct statute_node *row = statute_graph_node(node);
	int slot = 0, last = row->is_effect ? 1 : 0; /* an effect has one way out */

	for (int answer = 1; answer >= last; answer--) {
		const struct statute_edge *edge = answer ? &row->yes : &row->no;
		enum page_way way = page_layout_way(&d->layout, node, edge->to);
		int mine = way == PAGE_END ? slot++ : 0;

		if (was_taken(d, node, answer) != wants_lit)
			continue;
		if (way == PAGE_END)
			edge_end(d, node, answer, mine);
		else if (way == PAGE_DOWN)
			edge_down(d, node, answer, edge->to);
		else
			edge_lane(d, node, answer, edge->to);
	}
}

static void draw_edges(struct drawing *d, bool wants_lit)
{
	for (uint8_t i = 0; i < d->layout.node_count; i++)
		if (d->layout.blocks[d->layout.block_of[i]].is_open)
			draw_edges_of(d, i, wants_lit);
}

static void box(struct drawing *d, int middle, struct str id, struct str text)
{
	buf_printf(d->buf,
	           "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\"/>"
	           "<text class=\"id\" x=\"%d\" y=\"%d\">",
	           d->box, middle - PAGE_BOX_HEIGHT / 2, BOX, PAGE_BOX_HEIGHT, d->box + 9, middle + 4);
	html_text(d->buf, id);
	buf_printf(d->buf, "</text><text class=\"question\" x=\"%d\" y=\"%d\">", d->box + ID, middle + 4);
	html_text(d->buf, text);
	buf_lit(d->buf, "</text>");
}

static const char *answer_word(const struct drawing *d, uint8_t node)
{
	if (d->answers[node] == STOPPED)
		return "not answered";
	return statute_graph_node(node)->is_effect ? "done" : d->answers[node] ? "yes" : "no";
}

/* A row that was asked leads to its step in the list; the others are there for the eye alone. */
static void draw_row(struct drawing *d, uint8_t node)
{
	const struct statute_node *row = statute_graph_node(node);
	bool is_asked = d->answers[node] != NOT_ASKED;

	if (is_asked) {
		buf_printf(d->buf,
		           "<a class=\"node asked%s\" id=\"node-%s\" data-node=\"%s\" href=\"#step-%s\" "
		           "aria-label=\"%s ",
		           node == d->path->last ? " last" : "", row->id, row->id, row->id, row->id);
		html_text(d->buf, str_from(row->question));
		buf_printf(d->buf, " %s\">", answer_word(d, node));
	} else {
		buf_printf(d->buf, "<g class=\"node\" id=\"node-%s\" data-node=\"%s\" aria-hidden=\"true\">",
		           row->id, row->id);
	}
	buf_lit(d->buf, "<title>");
	html_text(d->buf, str_from(statute_fact_info(row->fact)->text));
	buf_lit(d->buf, "</title>");
	box(d, d->layout.rows[node].middle, str_from(row->id), str_from(row->question));
	buf_add(d->buf, is_asked ? S("</a>\n") : S("</g>\n"));
}

static void draw_band(struct drawing *d, const struct page_block *block, int width)
{
	bool is_reached = block->asked || (d->is_parser && block->letter == *d->trace->node);

	buf_printf(d->buf,
	           "<g class=\"band%s%s\" id=\"block-%c\" data-asked=\"%u\">"
	           "<rect x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>"
	           "<text class=\"letter\" x=\"%d\" y=\"%d\">%c</text><text class=\"name\" x=\"%d\" "
	           "y=\"%d\">%s</text>"
	           "<text class=\"count\" x=\"%d\" y=\"%d\">",
	           is_reached ? "" : " unasked", block->is_open ? "" : " closed", block->letter, block->asked,
	           block->row.y, width, block->row.height, d->box + ID, block->row.middle + 5, block->letter,
	           d->box + ID + 22, block->row.middle + 5, statute_graph_block(block->letter),
	           width - MARGIN, block->row.middle + 5);
	if (block->asked)
		buf_printf(d->buf, "%u of %d asked", block->asked, block->end - block->first);
	else if (is_reached)
		buf_lit(d->buf, "decided by the parser");
	else
		buf_lit(d->buf, "not asked");
	buf_lit(d->buf, "</text></g>\n");
}

/* What no row of the graph decides: bytes that are no request. */
static void draw_parser(struct drawing *d)
{
	int middle = d->layout.blocks[0].row.middle + 22 + PAGE_BOX_HEIGHT / 2;

	buf_printf(d->buf, "<path class=\"edge lit\" d=\"M%d %dH%d\"/>\n", d->box + BOX, middle,
	           d->box + BOX + STUB);
	label(d, middle, d->trace->status, page_code(d->trace), true);
	buf_printf(d->buf, "<a class=\"node asked last\" id=\"node-%s\" data-node=\"%s\" href=\"#verdict\">",
	           d->trace->node, d->trace->node);
	box(d, middle, str_from(d->trace->node), S("Do the bytes make a request?"));
	buf_lit(d->buf, "</a>\n");
}

/* A status that the last row does not have: something failed there, or broke off. */
static void draw_cut(struct drawing *d)
{
	const struct page_row *row = &d->layout.rows[d->path->last];
	int y = row->middle + (page_layout_labels(d->path->last) * PAGE_LABEL_PITCH), x = d->box + BOX;
	buf_printf(d->buf, "<path class=\"edge lit\" d=\"M%d %dh%dV%dH%d\"/>\n", x,
	           y == row->middle ? y : row->middle + 6, CORNER + 2, y, x + STUB);
	label(d, y, d->trace->status, page_code(d->trace), true);
}

static void follow(struct drawing *d, bool *was_asked)
{
	const struct page_path *path = d->path;

	memset(d->answers, NOT_ASKED, sizeof(d->answers));
	if (path->last != STATUTE_NODE_END) {
		was_asked[path->last] = true;
		d->answers[path->last] = STOPPED;
	}
	for (size_t i = 0; i < path->count; i++) {
		was_asked[path->steps[i].node] = true;
		d->answers[path->steps[i].node] = (int8_t)path->steps[i].answer;
	}
	d->is_parser = path->last == STATUTE_NODE_END;
}

/* The first block is open for what the parser decides, though none of its rows was asked. */
static void lay_out(struct drawing *d, bool is_whole)
{
	bool was_asked[PAGE_NODES_MAX] = { false };

	follow(d, was_asked);
	was_asked[0] |= d->is_parser;
	page_layout_make(&d->layout, was_asked, is_whole,
	                 d->path->is_verdict ? STATUTE_NODE_END : d->path->last, d->is_parser ? PARSER : 0);
	if (d->is_parser)
		d->layout.blocks[0].asked = 0;
	d->box = MARGIN + d->layout.lane_count * PAGE_LANE_PITCH + YES_NO;
}

static void draw_rows(struct drawing *d)
{
	for (uint8_t i = 0; i < d->layout.node_count; i++)
		if (d->layout.blocks[d->layout.block_of[i]].is_open)
			draw_row(d, i);
}

void page_graph(const struct trace *trace, const struct page_path *path, bool is_whole, struct buf *buf)
{
	struct drawing d = { .buf = buf, .trace = trace, .path = path };
	int width;

	lay_out(&d, is_whole);
	width = d.box + BOX + STUB + LABEL;
	buf_printf(buf,
	           "<svg class=\"graph\" id=\"graph\" role=\"group\" aria-label=\"The decision graph\" "
	           "viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n",
	           width, d.layout.height, width, d.layout.height);
	for (size_t i = 0; i < d.layout.block_count; i++)
		draw_band(&d, &d.layout.blocks[i], width);
	draw_edges(&d, false);
	draw_edges(&d, true);
	if (d.is_parser)
		draw_parser(&d);
	else if (!path->is_verdict)
		draw_cut(&d);
	draw_rows(&d);
	buf_lit(buf, "</svg>\n");
}
