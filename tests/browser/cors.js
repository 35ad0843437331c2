/*
 * CORS as a browser enforces it: node cors.js API-URL PAGE-PORT. Whoever starts it serves a bare
 * page on PAGE-PORT; the API allows http://127.0.0.1:PAGE-PORT and not http://localhost:PAGE-PORT.
 * --list: the names of the tests. tests/e2e/test_cors.py starts it.
 */
'use strict';

const assert = require('node:assert/strict');
const { list, run, test } = require('./runner.js');

const [api, port] = process.argv.slice(2);
const ALLOWED = `http://127.0.0.1:${port}/`, FOREIGN = `http://localhost:${port}/`;

/* What a script on a page at `from` gets of a request of the API: a status and fields, or that it was refused. */
async function ask(browser, from, path, options = {}) {
	const page = await browser.page();

	await page.goto(from);
	return page.evaluate(async ([url, options]) => {
		try {
			const response = await fetch(url, options);

			return {
				status: response.status, body: await response.text(), tag: response.headers.get('ETag'),
				id: response.headers.get('X-Request-Id'), location: response.headers.get('Location'),
			};
		} catch (error) {
			return { refused: error.name };
		}
	}, [api + path, options]);
}

function json(method, body, headers = {}) {
	return { method, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

test('an allowed page reads a simple answer and its fields', async browser => {
	const answer = await ask(browser, ALLOWED, '/notes');

	assert.equal(answer.status, 200);
	assert.match(answer.tag, /^"/);
	assert.ok(answer.id);
});

test('an allowed page writes after a preflight', async browser => {
	const made = await ask(browser, ALLOWED, '/notes', json('POST', { text: 'a' }));

	assert.equal(made.status, 201);
	assert.match(made.location, /^\/notes\//);
	assert.equal((await ask(browser, ALLOWED, made.location, json('PUT', { text: 'b' }, { 'If-Match': made.tag }))).status, 200);
	assert.equal((await ask(browser, ALLOWED, made.location, json('PUT', { text: 'c' }, { 'If-Match': made.tag }))).status, 412);
	assert.equal((await ask(browser, ALLOWED, made.location, { method: 'DELETE' })).status, 204);
});

test('an allowed page reads errors', async browser => {
	const answer = await ask(browser, ALLOWED, '/notes/100000');

	assert.equal(answer.status, 404);
	assert.equal(JSON.parse(answer.body).error, 'RESOURCE_NOT_FOUND');
	assert.equal((await ask(browser, ALLOWED, '/nowhere')).status, 404);
});

test('an allowed page asks with credentials, where the path allows them', async browser => {
	assert.equal((await ask(browser, ALLOWED, '/notes', { credentials: 'include' })).status, 200);
	assert.deepEqual(await ask(browser, ALLOWED, '/public', { credentials: 'include' }), { refused: 'TypeError' });
	assert.equal((await ask(browser, ALLOWED, '/public')).status, 200);
});

test('a foreign page reads nothing', async browser => {
	assert.deepEqual(await ask(browser, FOREIGN, '/notes'), { refused: 'TypeError' });
	assert.equal((await ask(browser, FOREIGN, '/public')).status, 200);
});

test('a foreign page cannot send what needs a preflight', async browser => {
	const before = await ask(browser, ALLOWED, '/notes');

	assert.deepEqual(await ask(browser, FOREIGN, '/notes', json('POST', { text: 'x' })), { refused: 'TypeError' });
	assert.equal((await ask(browser, ALLOWED, '/notes')).tag, before.tag);
});

test('a field that is not allowed is not sent', async browser => {
	assert.deepEqual(await ask(browser, ALLOWED, '/notes', { headers: { 'X-Other': '1' } }), { refused: 'TypeError' });
});

if (api === '--list')
	list();
else
	run([new URL(api).host, new URL(ALLOWED).host, new URL(FOREIGN).host]);
