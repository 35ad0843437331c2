/*
 * The list of the last requests: asks /-/traces for what is new once a second, while it is
 * looked at and not paused. All that a request holds goes into the page as text, never as markup.
 */
'use strict';

const MOST = 1000;
const EVERY = 1000;
const SLOWEST = 8000;
const CLASSES = ['2xx', '3xx', '4xx', '5xx', 'none'];
const SPAN = 5; /* seconds of one bar */
const SVG = 'http://www.w3.org/2000/svg';

const at = id => document.getElementById(id);
const list = at('rows');
const filter = { status: '', route: null, node: null };

let requests = []; /* newest first */
let waiting = [];  /* came while the list was held */
let cursor = null;
let isPaused = false;
let isHeld = false;
let isAsking = false;
let wait = EVERY;
let timer = 0;

/* ---- The list ---- */

function element(name, kind, text) {
	const made = document.createElement(name);

	if (kind)
		made.className = kind;
	if (text !== undefined)
		made.textContent = text;
	return made;
}

function classOf(request) {
	return request.status ? `${Math.floor(request.status / 100)}xx` : 'none';
}

function took(us) {
	if (us < 1000)
		return `${us} µs`;
	return us < 1e6 ? `${(us / 1000).toFixed(1)} ms` : `${(us / 1e6).toFixed(2)} s`;
}

function cell(kind, ...content) {
	const made = element('td', kind);

	made.append(...content);
	return made;
}

function link(request) {
	const made = element('a');

	made.href = `/-/trace/${encodeURIComponent(request.requestId)}`;
	made.append(element('span', 'method', request.method), request.path || '(no path)');
	return made;
}

function row(request) {
	const made = element('tr');
	const time = element('time', '', request.timestamp.slice(11, 23));
	const what = cell('what', link(request));

	time.dateTime = time.title = request.timestamp;
	if (request.error)
		what.append(' ', element('span', 'error', request.error));
	made.dataset.id = request.requestId;
	made.append(cell('time', time),
		cell('', element('span', `status s${request.status ? classOf(request)[0] : 0}`, request.status || 'none')),
		what,
		cell('route', request.route || '–'),
		cell('node', element('code', '', request.node)),
		cell('number', took(request.duration_us)));
	return made;
}

function isWanted(request) {
	return (!filter.status || classOf(request) === filter.status) &&
		(filter.route === null || request.route === filter.route) &&
		(filter.node === null || request.node === filter.node);
}

function showCount() {
	at('empty').hidden = list.childElementCount > 0;
	at('empty').textContent = requests.length ? 'None of the last requests is like that.' : 'No request yet.';
}

function showAll() {
	list.replaceChildren(...requests.filter(isWanted).map(row));
	showCount();
}

/* New rows come in above; those that are there stay, and so does what has the focus. */
function add(fresh) {
	requests = fresh.concat(requests);
	list.prepend(...fresh.filter(isWanted).map(row));
	for (const old of requests.splice(MOST))
		if (isWanted(old))
			list.lastElementChild.remove();
	showCount();
	showChoices();
}

/* ---- Choices of the filters ---- */

function setChoices(select, values, name) {
	const known = new Set([...select.options].slice(1).map(option => JSON.parse(option.value)));
	const missing = values.filter(value => !known.has(value));

	if (!missing.length)
		return;
	for (const value of missing) {
		const option = element('option', '', name(value));

		option.value = JSON.stringify(value);
		select.append(option);
	}
	const chosen = select.value;
	const sorted = [...select.options].slice(1).sort((a, b) => (a.text < b.text ? -1 : 1));

	select.append(...sorted);
	select.value = chosen;
}

function showChoices() {
	const routes = requests.map(request => request.route), nodes = requests.map(request => request.node);

	if (filter.route !== null)
		routes.push(filter.route);
	if (filter.node !== null)
		nodes.push(filter.node);
	setChoices(at('route'), [...new Set(routes)], route => route || '(none matched)');
	setChoices(at('node'), [...new Set(nodes)], node => node || '(nowhere)');
}

function query() {
	const wanted = new URLSearchParams();

	for (const [name, value] of Object.entries(filter))
		if (value !== null && (value || name !== 'status'))
			wanted.set(name, value);
	return wanted.toString();
}

function showLink() {
	const wanted = query();

	at('json').href = `/-/traces?${wanted ? `${wanted}&` : ''}as=json`;
}

function filterChanged() {
	const wanted = query();

	history.replaceState(null, '', wanted ? `?${wanted}` : location.pathname);
	showLink();
	showAll();
	at('said').textContent = `${list.childElementCount} of ${requests.length} requests`;
}

function press(button) {
	for (const other of at('classes').children)
		other.setAttribute('aria-pressed', String(other === button));
}

function startFilters() {
	const wanted = new URLSearchParams(location.search);
	const pressed = [...at('classes').children].find(button => button.dataset.class === wanted.get('status'));

	filter.status = pressed ? pressed.dataset.class : '';
	filter.route = wanted.get('route');
	filter.node = wanted.get('node');
	if (pressed)
		press(pressed);
	showChoices();
	at('route').value = filter.route === null ? '' : JSON.stringify(filter.route);
	at('node').value = filter.node === null ? '' : JSON.stringify(filter.node);
	showLink();
	at('classes').addEventListener('click', event => {
		if (event.target.dataset.class === undefined)
			return;
		press(event.target);
		filter.status = event.target.dataset.class;
		filterChanged();
	});
	for (const name of ['route', 'node'])
		at(name).addEventListener('change', event => {
			filter[name] = event.target.value ? JSON.parse(event.target.value) : null;
			filterChanged();
		});
}

/* ---- The plot ---- */

/* Requests per second in bars of SPAN seconds, which begin at whole multiples of it. */
function bars(rates) {
	const first = rates.until - rates.seconds;
	const begin = Math.floor(first / SPAN);
	const count = Math.floor((rates.until - 1) / SPAN) - begin + 1;
	const seconds = new Array(count).fill(0);
	const sums = Object.fromEntries(CLASSES.map(name => [name, new Array(count).fill(0)]));

	for (let i = 0; i < rates.seconds; i++) {
		const bar = Math.floor((first + i) / SPAN) - begin;

		seconds[bar]++;
		for (const name of CLASSES)
			sums[name][bar] += rates[name][i];
	}
	for (const name of CLASSES)
		sums[name] = sums[name].map((sum, bar) => sum / seconds[bar]);
	return { count, sums };
}

/* 1, 2 or 5 times a power of ten: the least that is not below `value`. */
function roundUp(value) {
	const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));

	return [1, 2, 5, 10].map(times => times * power).find(round => round >= value);
}

function shape(name, attributes) {
	const made = document.createElementNS(SVG, name);

	for (const [key, value] of Object.entries(attributes))
		made.setAttribute(key, value);
	return made;
}

function perSecond(value) {
	return value >= 10 || value === 0 ? Math.round(value).toString() : value.toFixed(1);
}

function legend(rates) {
	const words = [];

	at('legend').replaceChildren(...CLASSES.map(name => {
		const last = rates[name].slice(-10);
		const mean = last.reduce((sum, value) => sum + value, 0) / last.length;

		words.push(`${name} ${perSecond(mean)}`);
		return element('li', `s${name === 'none' ? 1 : name[0]}`, `${name === 'none' ? 'no answer' : name} ${perSecond(mean)}`);
	}));
	at('plot').setAttribute('aria-label', `Requests per second by status, now: ${words.join(', ')}`);
}

function plot(rates) {
	const { count, sums } = bars(rates);
	const totals = sums[CLASSES[0]].map((_, bar) => CLASSES.reduce((sum, name) => sum + sums[name][bar], 0));
	const most = roundUp(Math.max(...totals, 1));
	const width = 300 / count, under = new Array(count).fill(0);
	const shapes = [0, 50, 100].map(y => shape('line', { class: 'axis', x1: 0, x2: 300, y1: y, y2: y }));

	for (const name of CLASSES) {
		let path = '';

		sums[name].forEach((value, bar) => {
			const height = value / most * 100;

			under[bar] += height;
			if (value)
				path += `M${(bar * width + .3).toFixed(2)} ${(100 - under[bar]).toFixed(2)}h${(width - .6).toFixed(2)}v${height.toFixed(2)}h-${(width - .6).toFixed(2)}z`;
		});
		if (path)
			shapes.push(shape('path', { class: `s${name === 'none' ? 1 : name[0]}`, d: path }));
	}
	at('plot').replaceChildren(...shapes);
	at('most').textContent = `full height: ${most} per second`;
	legend(rates);
}

/* ---- Asking ---- */

function say() {
	const more = waiting.length ? `, ${waiting.length} more` : '';

	if (isPaused)
		at('state').textContent = `Paused${more}`;
	else if (wait > EVERY)
		at('state').textContent = 'No answer, trying again';
	else
		at('state').textContent = isHeld ? `Held while you point at it${more}` : 'Live';
	at('state').dataset.live = String(!isPaused && wait === EVERY);
}

/* What waits goes into the list, unless that is to stay as it is. */
function flush() {
	if (!isHeld && !isPaused && waiting.length)
		add(waiting.splice(0));
	showCount();
}

function take(answer) {
	if (cursor === null) {
		requests = [];
		waiting = [];
		list.replaceChildren();
	}
	cursor = answer.cursor;
	waiting = answer.traces.concat(waiting).slice(0, MOST);
	flush();
	plot(answer.rates);
}

async function ask() {
	const since = cursor === null ? '' : `&since=${encodeURIComponent(cursor)}`;

	try {
		const response = await fetch(`/-/traces?limit=${MOST}${since}`, {
			headers: { Accept: 'application/json' },
			cache: 'no-store',
		});

		if (!response.ok)
			throw new Error(response.statusText);
		take(await response.json());
		wait = EVERY;
	} catch {
		wait = Math.min(wait * 2, SLOWEST);
		cursor = null; /* it may be another server by now: begin anew */
	}
	say();
}

async function turn() {
	timer = 0;
	isAsking = true;
	await ask();
	isAsking = false;
	goOn(wait);
}

function goOn(after) {
	if (!isPaused && !document.hidden && !timer && !isAsking)
		timer = setTimeout(turn, after);
}

function stop() {
	clearTimeout(timer);
	timer = 0;
}

function hold(is) {
	isHeld = is;
	flush();
	say();
}

function startPause() {
	at('pause').addEventListener('click', () => {
		isPaused = !isPaused;
		at('pause').setAttribute('aria-pressed', String(isPaused));
		at('said').textContent = isPaused ? 'Paused' : 'Live';
		if (isPaused)
			stop();
		else
			goOn(0);
		flush();
		say();
	});
	document.addEventListener('visibilitychange', () => (document.hidden ? stop() : goOn(0)));
	/* A row must not move away from under a pointer. */
	list.addEventListener('pointerenter', event => {
		if (event.pointerType === 'mouse')
			hold(true);
	});
	list.addEventListener('pointerleave', () => hold(false));
}

startFilters();
startPause();
goOn(0);
