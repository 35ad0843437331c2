/*
 * A trace page: its list of questions and its graph go together. Choosing a question lights
 * its row in the graph and the other way round; the arrow keys go from one to the next.
 * The page says everything without this script.
 */
'use strict';

const pane = document.getElementById('pane');
const graph = document.getElementById('graph');
const said = document.getElementById('said');
const steps = [...document.querySelectorAll('.step')];
const rows = [...document.querySelectorAll('.node.asked')];
const calm = matchMedia('(prefers-reduced-motion: reduce)');

function partner(element) {
	const others = element.classList.contains('step') ? rows : steps;

	return others.find(other => other.dataset.node === element.dataset.node);
}

/* One of each list is a stop of the Tab key: the one that is current. */
function mark(list, element) {
	for (const other of list) {
		other.classList.toggle('current', other === element);
		other.tabIndex = other === element ? 0 : -1;
		if (other === element)
			other.setAttribute('aria-current', 'step');
		else
			other.removeAttribute('aria-current');
	}
}

/* Scrolls the pane alone: the page stays where its reader is. */
function reveal(row) {
	const box = row.getBoundingClientRect(), view = pane.getBoundingClientRect();
	const above = box.top - view.top, under = box.bottom - view.bottom;

	if (above >= 24 && under <= -24)
		return;
	pane.scrollBy({
		top: above - (view.height - box.height) / 2,
		behavior: calm.matches ? 'instant' : 'smooth',
	});
}

function choose(element) {
	const other = partner(element);

	if (element.classList.contains('step')) {
		mark(steps, element);
		mark(rows, other);
		if (other)
			reveal(other);
	} else {
		mark(rows, element);
		mark(steps, other);
		if (other)
			other.scrollIntoView({ block: 'nearest', behavior: calm.matches ? 'instant' : 'smooth' });
	}
}

function move(list, from, key) {
	const at = list.indexOf(from);
	const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[key];

	if (to === undefined || !list[to])
		return false;
	list[to].focus();
	return true;
}

function listen(list) {
	for (const element of list) {
		element.addEventListener('focus', () => choose(element));
		element.addEventListener('click', event => {
			if (event.ctrlKey || event.metaKey || event.shiftKey || event.button)
				return;
			event.preventDefault();
			element.focus();
			choose(element);
		});
		element.addEventListener('keydown', event => {
			if (!event.ctrlKey && !event.altKey && !event.metaKey && move(list, element, event.key))
				event.preventDefault();
		});
	}
}

/* ---- Size of the graph ---- */

const natural = graph.viewBox.baseVal;
let scale = 1;

function zoomTo(wanted) {
	const middle = (pane.scrollTop + pane.clientHeight / 2) / scale;

	scale = Math.min(2, Math.max(.25, wanted));
	graph.setAttribute('width', Math.round(natural.width * scale));
	graph.setAttribute('height', Math.round(natural.height * scale));
	pane.scrollTo({ top: middle * scale - pane.clientHeight / 2, behavior: 'instant' });
}

function zoom(how) {
	if (how === 'fit')
		zoomTo(pane.clientWidth / natural.width);
	else
		zoomTo(scale * (how === 'in' ? 1.25 : .8));
}

function startZoom() {
	const tools = document.getElementById('zoom');

	tools.hidden = false;
	tools.addEventListener('click', event => {
		if (event.target.dataset.zoom)
			zoom(event.target.dataset.zoom);
	});
	pane.addEventListener('keydown', event => {
		const how = { '+': 'in', '-': 'out', '0': 'fit' }[event.key];

		if (!how || event.ctrlKey || event.metaKey || event.altKey)
			return;
		zoom(how);
		event.preventDefault();
	});
	/* Legible, and as much of it as there is room for. */
	zoomTo(Math.min(1, Math.max(.7, pane.clientWidth / natural.width)));
}

/* ---- The links to blocks scroll the pane, not the page ---- */

function startBlocks() {
	document.querySelector('.blocks').addEventListener('click', event => {
		const band = event.target.hash && document.getElementById(event.target.hash.slice(1));

		if (!band)
			return;
		event.preventDefault();
		pane.scrollBy({
			top: band.getBoundingClientRect().top - pane.getBoundingClientRect().top,
			behavior: calm.matches ? 'instant' : 'smooth',
		});
	});
}

/* ---- Copying the request's id ---- */

function startCopy() {
	const button = document.getElementById('copy');

	if (!navigator.clipboard)
		return;
	button.hidden = false;
	button.addEventListener('click', async () => {
		try {
			await navigator.clipboard.writeText(document.getElementById('request-id').textContent);
			said.textContent = 'Copied';
			button.textContent = 'Copied';
		} catch {
			said.textContent = 'The browser did not let it be copied';
			button.textContent = 'Not copied';
		}
		setTimeout(() => { button.textContent = 'Copy'; }, 2000);
	});
}

listen(steps);
listen(rows);
startZoom();
startBlocks();
startCopy();
if (steps.length) {
	const asked = document.getElementById(location.hash.slice(1));
	const first = (asked && steps.find(step => step.dataset.node === asked.dataset.node)) || steps.at(-1);

	choose(first);
}
