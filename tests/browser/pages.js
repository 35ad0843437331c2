/*
 * The pages for people, in a browser: node pages.js API-URL ADMIN-URL, with Chromium's path in
 * the variable CHROMIUM; or --list, for the names of the tests. tests/e2e/test_pages.py starts it.
 */
'use strict';

const assert = require('node:assert/strict');
const net = require('node:net');
const { leastContrast } = require('./contrast.js');
const { list, run, test } = require('./runner.js');

const [api, admin] = process.argv.slice(2);

/* ---- Requests to be looked at ---- */

let names = 0;

function person() {
	return { email: `person-${++names}@example.com`, name: 'Ada', password: 'correct horse' };
}

/* A request of the API; what it was answered, and its id. */
async function ask(method, path, { headers = {}, body } = {}) {
	const response = await fetch(api + path, {
		method,
		headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
		body: body === undefined ? undefined : JSON.stringify(body),
	});

	await response.arrayBuffer();
	return { status: response.status, id: response.headers.get('X-Request-Id'), headers: response.headers };
}

/* Bytes that no client library would send. */
function askRaw(bytes) {
	return new Promise((resolve, reject) => {
		const { hostname, port } = new URL(api);
		const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
		let answer = '';

		socket.on('data', data => {
			answer += data;
			if (answer.includes('\r\n\r\n')) {
				socket.destroy();
				resolve({
					status: Number(answer.slice(9, 12)),
					id: /X-Request-Id: (\S+)/i.exec(answer)[1],
				});
			}
		});
		socket.on('error', reject);
	});
}

async function staleChange() {
	const made = await ask('POST', '/users', { body: person() });

	return ask('PATCH', made.headers.get('Location'), {
		headers: { 'If-Match': '"0"', 'Content-Type': 'application/merge-patch+json' },
		body: { name: 'Grace' },
	});
}

async function traceOf(id) {
	const response = await fetch(`${admin}/-/trace/${encodeURIComponent(id)}`, { headers: { Accept: 'application/json' } });

	assert.equal(response.status, 200);
	return response.json();
}

function pageOf(id) {
	return `${admin}/-/trace/${encodeURIComponent(id)}`;
}

/* The values of an attribute, or the texts, of all that match. */
function all(page, selector, attribute) {
	return page.$$eval(selector, (found, name) => found.map(one => (name ? one.getAttribute(name) : one.textContent)), attribute);
}

/* What the link "JSON" of a page leads a browser to. */
async function behind(page) {
	const response = await fetch(admin + await page.getAttribute('#json', 'href'), { headers: { Accept: 'text/html' } });

	assert.equal(response.headers.get('Content-Type'), 'application/json');
	return response.json();
}

async function sideways(page) {
	return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/* Waits until something holds in a page; what playwright has for that needs eval, which the policy forbids. */
async function until(page, holds) {
	const end = Date.now() + 20000;

	while (!await page.evaluate(holds)) {
		assert.ok(Date.now() < end, `never: ${holds}`);
		await page.waitForTimeout(20);
	}
}

/* ---- The page of a request ---- */

const asked = {
	'a list': () => ask('GET', '/users'),
	'a new resource': () => ask('POST', '/users', { body: person() }),
	'a change that is stale': staleChange,
	'an unknown path': () => ask('GET', '/nothing/here'),
	'an unknown resource': () => ask('GET', '/users/999999'),
	'a method that is not there': () => ask('DELETE', '/users'),
	'content that breaks the schema': () => ask('POST', '/users', { body: { name: 5 } }),
	'a question of what is possible': () => ask('OPTIONS', '/users'),
};

for (const [what, send] of Object.entries(asked))
	test(`the path that is lit is the path that was walked: ${what}`, async browser => {
		const { id, status } = await send();
		const trace = await traceOf(id);
		const page = await browser.page();

		await page.goto(pageOf(id));
		const walked = trace.steps.map(step => step.node);
		const said = step => (step.isEffect ? 'done' : step.answer ? 'yes' : 'no');

		assert.ok(walked.length > 5);
		assert.deepEqual(await all(page, '.graph .node.asked', 'data-node'), walked);
		assert.deepEqual(await all(page, '.step', 'data-node'), walked);
		assert.deepEqual(await all(page, '.step .answer'), trace.steps.map(said));
		assert.deepEqual(await all(page, '.step .question'), trace.steps.map(step => step.question));
		assert.deepEqual(await all(page, '.step .fact'),
			trace.steps.map(step => `${step.isEffect ? 'Done' : step.answer ? 'True' : 'False'}: ${step.says}`));
		assert.deepEqual(await all(page, '.step .detail'), trace.steps.flatMap(step => step.detail ?? []));
		assert.deepEqual(await all(page, '.edge.lit', 'data-from'), walked);
		assert.deepEqual(await all(page, '.edge.lit', 'data-answer'),
			trace.steps.map(step => (step.isEffect ? 'then' : step.answer ? 'yes' : 'no')));
		assert.deepEqual(await all(page, '.node.last', 'data-node'), [trace.node]);
		assert.equal((await all(page, '.end.lit .status')).join(), String(status));
		assert.match(await page.textContent('#verdict'), new RegExp(`^\\s*${status} ${trace.verdict.phrase}`));
		assert.ok((await page.textContent('#verdict')).includes(trace.verdict.code));
	});

test('each lit edge leads to the next lit row', async browser => {
	const { id } = await staleChange();
	const page = await browser.page();

	await page.goto(pageOf(id));
	const gaps = await page.evaluate(() => {
		const box = node => document.querySelector(`[id="node-${node}"] rect`).getBBox();
		const edges = [...document.querySelectorAll('.edge.lit')].slice(0, -1);
		const rows = [...document.querySelectorAll('.node.asked')];

		return edges.map((edge, i) => {
			const from = box(edge.dataset.from), to = box(rows[i + 1].dataset.node);
			const first = edge.getPointAtLength(0), bounds = edge.getBBox();

			return first.y >= from.y && first.y <= from.y + from.height + 1 &&
				bounds.y + bounds.height >= to.y - 1 && bounds.y + bounds.height <= to.y + to.height;
		});
	});

	assert.ok(gaps.length > 20);
	assert.ok(gaps.every(Boolean));
});

test('bytes that made no request are explained too', async browser => {
	const { id, status } = await askRaw('GET /users HTTP/1.1\r\nHost : shop.test\r\n\r\n');
	const trace = await traceOf(id);
	const page = await browser.page();

	assert.equal(status, 400);
	await page.goto(pageOf(id));
	assert.deepEqual(await all(page, '.node.asked', 'data-node'), [trace.node]);
	assert.deepEqual(await all(page, '.step'), []);
	assert.ok((await page.textContent('#verdict')).includes(trace.verdict.reason));
});

test('a step and its row are chosen together', async browser => {
	const { id } = await staleChange();
	const page = await browser.page({ reducedMotion: 'reduce' });
	const seen = node => page.evaluate(id => {
		const row = document.getElementById(`node-${id}`).getBoundingClientRect();
		const pane = document.getElementById('pane').getBoundingClientRect();

		return row.top >= pane.top && row.bottom <= pane.bottom;
	}, node);

	await page.goto(pageOf(id));
	assert.deepEqual(await all(page, '.current', 'data-node'), ['H03a', 'H03a']);
	assert.ok(await seen('H03a'));
	await page.click('#step-B02');
	assert.deepEqual(await all(page, '.current', 'data-node'), ['B02', 'B02']);
	assert.ok(await seen('B02'));
	await page.click('[id="node-B03"]');
	assert.deepEqual(await all(page, '.current', 'data-node'), ['B03', 'B03']);
	assert.deepEqual(await all(page, '.step.current', 'aria-current'), ['step']);
	await page.focus('#step-C03');
	assert.deepEqual(await all(page, '.current', 'data-node'), ['C03', 'C03']);
	assert.ok(await seen('C03'));
});

test('the keyboard reaches all of a trace, in order and visibly', async browser => {
	const { id } = await staleChange();
	const page = await browser.page();
	const order = [];

	await page.goto(pageOf(id));
	for (let i = 0; i < 40; i++) {
		await page.keyboard.press('Tab');
		const now = await page.evaluate(() => {
			const at = document.activeElement, style = getComputedStyle(at);
			const rect = at.querySelector(':scope > rect');

			return {
				name: at.id || at.getAttribute('href') || at.dataset.zoom || at.tagName,
				isVisible: rect ? parseFloat(getComputedStyle(rect).strokeWidth) > 1 : style.outlineStyle !== 'none',
			};
		});

		if (now.name === 'BODY')
			break;
		assert.ok(now.isVisible, `the focus on ${now.name} cannot be seen`);
		order.push(now.name);
	}
	assert.deepEqual(order.filter(name => !name.startsWith('#block-')), ['#verdict', '/-/traces', '/-/errors', 'json',
		'#verdict', 'copy', 'step-H03a', '/-/errors/PRECONDITION_FAILED', 'whole', 'out', 'fit', 'in', 'pane', 'node-H03a']);
	assert.equal(order.filter(name => name.startsWith('#block-')).length, 14);
});

test('the arrow keys go from question to question', async browser => {
	const { id } = await staleChange();
	const page = await browser.page();

	await page.goto(pageOf(id));
	const steps = await all(page, '.step', 'data-node');

	await page.focus('#step-H03a');
	await page.keyboard.press('ArrowUp');
	assert.deepEqual(await all(page, '.current', 'data-node'), [steps.at(-2), steps.at(-2)]);
	await page.keyboard.press('Home');
	await page.keyboard.press('ArrowDown');
	assert.deepEqual(await all(page, '.current', 'data-node'), [steps[1], steps[1]]);
	await page.keyboard.press('End');
	assert.equal(await page.evaluate(() => document.activeElement.id), 'step-H03a');
	await page.focus('[id="node-H03a"]');
	await page.keyboard.press('ArrowUp');
	assert.equal(await page.evaluate(() => document.activeElement.id), `node-${steps.at(-2)}`);
});

test('blocks that were not asked open when all are wanted', async browser => {
	const { id } = await ask('GET', '/nothing/here');
	const page = await browser.page();

	await page.goto(pageOf(id));
	assert.equal(await page.locator('[id="node-K00"]').count(), 0);
	assert.equal(await page.locator('.band.closed').count(), 11);
	await page.click('#whole');
	await page.waitForSelector('[id="node-K00"]', { state: 'attached' });
	assert.equal(await page.locator('.band.closed').count(), 0);
	assert.equal((await all(page, '.node.asked', 'data-node')).at(-1), 'C03');
	await page.click('#whole');
	await page.waitForSelector('.band.closed', { state: 'attached' });
});

test('the graph becomes larger and smaller', async browser => {
	const { id } = await ask('GET', '/users');
	const page = await browser.page();
	const width = async () => (await page.locator('#graph').boundingBox()).width;

	await page.goto(pageOf(id));
	const before = await width();

	await page.click('[data-zoom="in"]');
	assert.ok(await width() > before * 1.2);
	await page.click('[data-zoom="fit"]');
	assert.ok(Math.abs(await width() - await page.evaluate(() => document.getElementById('pane').clientWidth)) < 3);
	await page.focus('#pane');
	await page.keyboard.press('-');
	assert.ok(await width() < before);
});

test('a link to a block shows it in the pane', async browser => {
	const { id } = await ask('GET', '/users');
	const page = await browser.page({ reducedMotion: 'reduce' });

	await page.goto(pageOf(id));
	await page.click('.blocks [href="#block-B"]');
	assert.ok(await page.evaluate(() => {
		const band = document.getElementById('block-B').getBoundingClientRect();
		const pane = document.getElementById('pane').getBoundingClientRect();

		return Math.abs(band.top - pane.top) < 3;
	}));
});

test('the id of a request is copied', async browser => {
	const { id } = await ask('GET', '/users');
	const page = await browser.page({ permissions: ['clipboard-read', 'clipboard-write'] });

	await page.goto(pageOf(id));
	await page.click('#copy');
	await until(page, () => document.getElementById('said').textContent === 'Copied');
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), id);
});

test('an id of another shape has its page, and its links', async browser => {
	const id = 'a/b+c=d:e.f';
	const answer = await ask('GET', '/users', { headers: { 'X-Request-Id': id } });
	const page = await browser.page();

	assert.equal(answer.id, id);
	await page.goto(pageOf(id));
	assert.equal(await page.textContent('#request-id'), id);
	await page.click('#whole');
	await page.waitForSelector('[id="node-K00"]', { state: 'attached' });
	assert.equal((await behind(page)).requestId, id);
});

test('without scripts the page says what happened', async browser => {
	const { id } = await staleChange();
	const trace = await traceOf(id);
	const page = await browser.page({ javaScriptEnabled: false });

	await page.goto(pageOf(id));
	assert.equal(await page.locator('.step').count(), trace.steps.length);
	assert.equal(await page.locator('.node.asked').count(), trace.steps.length);
	assert.ok(await page.isVisible('#verdict'));
	assert.ok(await page.isHidden('#copy'));
	assert.ok(await page.isHidden('#zoom'));
	await page.goto(`${admin}/-/traces`);
	assert.ok(await page.isVisible('noscript [href="/-/traces?as=json"]'));
});

/* ---- The list ---- */

async function openList(browser, query = '', options = {}) {
	const page = await browser.page(options);

	await page.goto(`${admin}/-/traces${query}`);
	await page.waitForSelector('#state[data-live="true"]');
	return page;
}

function rowOf(id) {
	return `#rows tr[data-id="${id}"]`;
}

test('the list has the last requests, the newest first, each with its trace', async browser => {
	const first = await ask('GET', '/users');
	const second = await staleChange();
	const page = await openList(browser);

	await page.waitForSelector(rowOf(second.id));
	const ids = await all(page, '#rows tr', 'data-id');

	assert.equal(ids[0], second.id);
	assert.ok(ids.indexOf(first.id) > 0);
	assert.match(await page.textContent(rowOf(second.id)), /412.*PATCH.*\/users\/\d+.*PRECONDITION_FAILED.*H03a/s);
	await page.click(`${rowOf(second.id)} a`);
	await page.waitForSelector('#verdict');
	assert.equal(await page.textContent('#request-id'), second.id);
});

test('new requests come into the list by themselves, but not while it is paused', async browser => {
	const page = await openList(browser);
	const first = await ask('GET', '/users');

	await page.waitForSelector(rowOf(first.id));
	await page.click('#pause');
	assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'true');
	let isAsking = false;

	page.on('request', () => { isAsking = true; });
	const second = await ask('GET', '/users');

	await page.waitForTimeout(1500); /* longer than it takes to ask again */
	assert.equal(isAsking, false);
	assert.equal(await page.locator(rowOf(second.id)).count(), 0);
	await page.click('#pause');
	await page.waitForSelector(rowOf(second.id));
});

test('a row does not move from under the pointer', async browser => {
	await ask('GET', '/users');
	const page = await openList(browser);

	await page.hover('#rows tr');
	const { id } = await ask('GET', '/users');

	await until(page, () => /Held.*[1-9]/.test(document.getElementById('state').textContent));
	assert.equal(await page.locator(rowOf(id)).count(), 0);
	await page.hover('h1');
	await page.waitForSelector(rowOf(id));
});

test('the list is filtered by status class, route and row, and the address keeps the filter', async browser => {
	const found = await ask('GET', '/users');
	const stale = await staleChange();
	const lost = await ask('GET', '/nothing/here');
	const page = await openList(browser);

	await page.waitForSelector(rowOf(lost.id));
	await page.click('[data-class="4xx"]');
	assert.equal(await page.locator(rowOf(found.id)).count(), 0);
	assert.equal(await page.locator(rowOf(stale.id)).count(), 1);
	assert.equal(await page.locator(rowOf(lost.id)).count(), 1);
	assert.equal(await page.getAttribute('[data-class="4xx"]', 'aria-pressed'), 'true');
	await page.selectOption('#route', { label: '/users/{userId}' });
	assert.equal(await page.locator(rowOf(lost.id)).count(), 0);
	await page.selectOption('#node', { label: 'H03a' });
	assert.equal(await page.locator(rowOf(stale.id)).count(), 1);
	assert.deepEqual(new Set(await all(page, '#rows .node')), new Set(['H03a']));
	assert.match(await page.textContent('#said'), /^\d+ of \d+ requests$/);
	await page.reload();
	await page.waitForSelector(rowOf(stale.id));
	assert.deepEqual(new Set(await all(page, '#rows .route')), new Set(['/users/{userId}']));
	const json = await behind(page);

	assert.ok(json.traces.length > 0);
	assert.ok(json.traces.every(trace => trace.status === 412 && trace.node === 'H03a'));
});

test('requests without a route can be chosen', async browser => {
	const lost = await ask('GET', '/nothing/here');
	const page = await openList(browser);

	await page.waitForSelector(rowOf(lost.id));
	await page.selectOption('#route', { label: '(none matched)' });
	assert.equal(await page.locator(rowOf(lost.id)).count(), 1);
	assert.deepEqual(new Set(await all(page, '#rows .route')), new Set(['–']));
	await page.click('[data-class="none"]');
	assert.ok(await page.isVisible('#empty'));
});

test('the plot shows the rate of each status class, in words too', async browser => {
	const page = await openList(browser);

	for (let i = 0; i < 20; i++)
		await ask('GET', i % 2 ? '/users' : '/nothing/here');
	await page.waitForSelector('#plot path.s2', { state: 'attached' });
	await page.waitForSelector('#plot path.s4', { state: 'attached' });
	await until(page, () => /2xx \d.*4xx \d/.test(document.getElementById('plot').getAttribute('aria-label')));
	assert.equal(await page.locator('#legend li').count(), 5);
	assert.match(await page.textContent('#most'), /\d per second/);
});

test('the keyboard reaches the filters, the pause and the rows', async browser => {
	await ask('GET', '/users');
	const page = await openList(browser);
	const order = [];

	await page.waitForSelector('#rows tr');
	for (let i = 0; i < 13; i++) {
		await page.keyboard.press('Tab');
		order.push(await page.evaluate(() => {
			const at = document.activeElement;

			if (getComputedStyle(at).outlineStyle === 'none')
				return `${at.tagName} without a mark`;
			return at.id || at.dataset.class || at.textContent;
		}));
	}
	assert.deepEqual(order.slice(0, 12), ['To the requests', 'Requests', 'Error codes', 'json', 'All', '2xx', '3xx', '4xx',
		'5xx', 'none', 'route', 'node']);
	assert.equal(order[12], 'pause');
	await page.keyboard.press('Space');
	assert.equal(await page.getAttribute('#pause', 'aria-pressed'), 'true');
	await page.keyboard.press('Tab');
	assert.match(await page.evaluate(() => document.activeElement.getAttribute('href')), /^\/-\/trace\//);
});

/* ---- All pages ---- */

test('what a client sends is text on every page', async browser => {
	const evil = '/%3Cscript%3Ealert(1)%3C/script%3E';
	const coded = await ask('GET', evil);
	const raw = await askRaw('GET /<script>alert(1)</script> HTTP/1.1\r\nHost: shop.test\r\n\r\n');
	const quoted = await ask('GET', '/users/1', { headers: { 'If-Match': '"<img/src=x/onerror=alert(1)>"' } });
	const page = await openList(browser);

	await page.waitForSelector(rowOf(quoted.id));
	assert.ok((await page.textContent(rowOf(coded.id))).includes(evil));
	assert.equal(await page.locator('#rows script, #rows img').count(), 0);
	for (const { id } of [coded, raw, quoted]) {
		await page.goto(pageOf(id));
		assert.deepEqual(await all(page, 'script', 'src'), ['/-/assets/trace.js']);
		assert.equal(await page.locator('img').count(), 0);
	}
	assert.ok((await page.textContent('.steps')).length > 0);
});

const pages = {
	'a trace': async () => pageOf((await staleChange()).id),
	'a trace of a long path': async () => pageOf((await ask('GET', `/${'long'.repeat(60)}`)).id),
	'the list': async () => `${admin}/-/traces`,
	'the error codes': async () => `${admin}/-/errors`,
	'an error code': async () => `${api}/-/errors/FIRST_NAME_LAST_NAME_ALREADY_EXISTS`,
};

for (const [what, find] of Object.entries(pages))
	test(`a phone shows all of it without scrolling sideways: ${what}`, async browser => {
		const page = await browser.page({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });

		await page.goto(await find());
		if (what === 'the list')
			await page.waitForSelector('#rows tr');
		assert.equal(await sideways(page), 0);
		assert.equal(await page.evaluate(() => window.visualViewport.scale), 1);
	});

delete pages['a trace of a long path']; /* its colours are those of any other */
for (const colorScheme of ['light', 'dark'])
	for (const [what, find] of Object.entries(pages))
		test(`all text has a contrast of 4.5 to 1, ${colorScheme}: ${what}`, async browser => {
			const page = await browser.page({ colorScheme, reducedMotion: 'reduce' });

			await page.goto(await find());
			if (what === 'the list')
				await page.waitForSelector('#rows tr');
			const [contrast, where] = await leastContrast(page);

			assert.ok(contrast >= 4.5 && contrast < 99, `${contrast.toFixed(2)}: ${where}`);
		});

test('the two themes differ, and nothing moves where that is not wanted', async browser => {
	const { id } = await ask('GET', '/users');
	const colors = [];

	for (const colorScheme of ['light', 'dark']) {
		const page = await browser.page({ colorScheme, reducedMotion: 'reduce' });

		await page.goto(pageOf(id));
		colors.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
		assert.equal(await page.evaluate(() => getComputedStyle(document.getElementById('pane')).scrollBehavior), 'auto');
		assert.equal(await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('.step')).transitionDuration)), 0);
	}
	assert.notEqual(colors[0], colors[1]);
});

test('the console is silent, the policy kept, and no other host was asked', async browser => {
	assert.deepEqual(browser.complaints, []);
});

if (api === '--list')
	list();
else
	run([new URL(api).host, new URL(admin).host]);
