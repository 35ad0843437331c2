/*
 * The page of the API, in a browser: node docs.js SHOP-URL HOSTILE-URL FOLDER, with Chromium's path in
 * the variable CHROMIUM; or --list, for the names of the tests. FOLDER has published documents of others.
 * tests/e2e/test_docs_page.py starts it.
 */
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { list, run, test } = require('./runner.js');
const { leastContrast } = require('./contrast.js');

const [shop, hostile, folder] = process.argv.slice(2);
let people = 0;

async function open(browser, hash = '', options = {}, url = shop) {
	const page = await browser.page(options);

	await page.goto(`${url}/-/docs${hash ? `#${hash}` : ''}`);
	await page.waitForSelector('body[data-ready]');
	return page;
}

/* Opened by its address. */
async function openOperation(browser, id, options) {
	const page = await open(browser, id, options);

	await page.waitForSelector(`[id="${id}"][open] .try`);
	return page;
}

async function send(page, id) {
	await page.click(`#${id} .send`);
	await page.waitForSelector(`#${id} .came`);
	return Number(await page.textContent(`#${id} .came .status`));
}

function texts(page, selector) {
	return page.$$eval(selector, found => found.map(one => one.textContent));
}

function person() {
	return JSON.stringify({ email: `reader-${++people}@example.com`, name: 'Ada', password: 'correct horse' });
}

test('each operation is there, under its tag, with its codes', async browser => {
	const page = await open(browser);
	const { paths, tags, 'x-served': served } = await (await fetch(`${shop}/-/openapi.json`)).json();
	const count = Object.values(paths).flatMap(item => ['get', 'post', 'put', 'patch', 'delete'].filter(method => item[method])).length;

	assert.equal(await page.locator('.operation:not(#any)').count(), count);
	assert.equal(await page.locator('[data-for]').count(), count);
	assert.deepEqual(await texts(page, '.tagged h2'), tags.map(tag => tag.name));
	assert.deepEqual(await texts(page, '#createUser .chips i'), served.operations['POST /users'].map(answer => String(answer.status)));
	assert.equal(await page.title(), 'Shop');
});

test('an operation says what it takes, and why it answers what', async browser => {
	const page = await openOperation(browser, 'createUser');
	const row = await page.textContent('#createUser-409');

	assert.match(row, /Conflict/);
	assert.match(row, /EMAIL_ALREADY_EXISTS/);
	assert.match(row, /K03 Has another the same unique value\? yes/);
	assert.equal(await page.getAttribute('#createUser-409 [data-code="EMAIL_ALREADY_EXISTS"] a', 'href'), '/-/errors/EMAIL_ALREADY_EXISTS');
	assert.match(await page.textContent('#createUser-201'), /Carries Location, ETag/);
	assert.match(await page.textContent('#createUser .members'), /emailstring \(email\)requiredat most 254 characters/);
	assert.match(await page.textContent('#createUser .says-all'), /Open to everybody/);
});

test('an operation is found by words, and by its address', async browser => {
	const page = await open(browser);

	await page.keyboard.press('/');
	await page.keyboard.type('delete product');
	assert.deepEqual(await page.$$eval('.operation:not([hidden]):not(#any)', found => found.map(one => one.id)), ['deleteProduct']);
	assert.match(await page.textContent('#said'), /^1 of \d+ operations$/);
	await page.keyboard.press('Enter');
	await page.waitForSelector('#deleteProduct[open] .try');
	assert.equal(await page.evaluate(() => location.hash), '#deleteProduct');
	await page.fill('#find', 'nothing like it');
	assert.ok(await page.isVisible('#state'));
	assert.equal(await page.locator('.tagged:visible').count(), 0);
});

test('a new resource is made, then its twin is refused, and the row of each answer is lit', async browser => {
	const page = await openOperation(browser, 'createUser');
	const body = person();

	await page.fill('#createUser textarea', body);
	assert.equal(await send(page, 'createUser'), 201);
	assert.deepEqual(await page.$$eval('.code-row.lit', found => found.map(one => one.dataset.status)), ['201']);
	assert.match(await page.textContent('#createUser .answer'), /location\/users\/\d+/);
	assert.match(await page.textContent('#createUser .answer pre'), /"name": "Ada"/);
	await page.click('#createUser .send');
	await page.waitForSelector('#createUser-409.lit');
	assert.match(await page.textContent('#createUser .came'), /409 Conflict/);
	assert.deepEqual(await page.$$eval('li[data-code].lit', found => found.map(one => one.dataset.code)), ['EMAIL_ALREADY_EXISTS']);
	assert.deepEqual(await page.$$eval('.node.lit', found => found.map(one => one.dataset.node)), ['K03']);
});

test('content that breaks the schema is 422, with all that is wrong', async browser => {
	const page = await openOperation(browser, 'createUser');

	await page.fill('#createUser textarea', '{"email": "nobody", "password": "x"}');
	assert.equal(await send(page, 'createUser'), 422);
	assert.deepEqual(await page.$$eval('.code-row.lit', found => found.map(one => one.id)), ['createUser-422']);
	for (const field of ['email', 'name', 'password'])
		assert.match(await page.textContent('#createUser .answer pre'), new RegExp(`"field": "${field}"`));
});

test('credentials that were given are sent, and are in no storage and no curl line', async browser => {
	const page = await openOperation(browser, 'createUser');
	const body = JSON.parse(person());

	await page.fill('#createUser textarea', JSON.stringify(body));
	assert.equal(await send(page, 'createUser'), 201);
	await page.click('[data-for="listUsers"]');
	await page.waitForSelector('#listUsers[open] .try');
	assert.equal(await send(page, 'listUsers'), 401);
	await page.click('#listUsers .sender a');
	await page.getByLabel('User', { exact: true }).fill(body.email);
	await page.getByLabel('Password').fill(body.password);
	assert.match(await page.textContent('#listUsers .sender'), /Sent with: password/);
	await page.click('#listUsers .send');
	await page.waitForSelector('#listUsers-200.lit');
	assert.match(await page.textContent('#listUsers .curl'), new RegExp(`-u '${body.email}'`));
	assert.ok(!(await page.textContent('#listUsers .curl')).includes(body.password));
	assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, '']);
	await page.reload();
	await page.waitForSelector('body[data-ready]');
	assert.equal(await page.$eval('#credentials input[type="password"]', input => input.value), '');
});

test('If-Match is what the last answer said, and an idempotency key is made', async browser => {
	const page = await openOperation(browser, 'createUser');
	const body = JSON.parse(person());

	await page.fill('#createUser textarea', JSON.stringify(body));
	await page.click('#createUser .beside .copy');
	const key = await page.$eval('#createUser .beside input', input => input.value);

	assert.match(key, /^"[0-9a-f]{24}"$/);
	assert.equal(await send(page, 'createUser'), 201);
	const made = JSON.parse(await page.textContent('#createUser .answer pre'));

	await page.evaluate(() => { document.getElementById('credentials').open = true; });
	await page.getByLabel('User', { exact: true }).fill(body.email);
	await page.getByLabel('Password').fill(body.password);
	await page.click('[data-for="changeUser"]');
	await page.waitForSelector('#changeUser[open] .try');
	await page.locator('#changeUser').getByLabel('userId path').fill(String(made.id));
	assert.equal(await page.locator('#changeUser').getByLabel('If-Match header').inputValue(), '"1"');
	assert.match(await page.textContent('#changeUser .curl'), /-H 'If-Match: "1"'/);
	assert.equal(await send(page, 'changeUser'), 200);
	assert.equal(await page.locator('#changeUser').getByLabel('If-Match header').inputValue(), '"2"');
});

test('numbers are shown digit for digit', async browser => {
	const page = await open(browser);
	const shown = await page.evaluate(async () => {
		const { pretty } = await import('/-/assets/docs-text.js');

		return pretty('{"a":[1.10,123456789012345678901],"b":{},"c":[]}');
	});

	assert.equal(shown, '{\n  "a": [\n    1.10,\n    123456789012345678901\n  ],\n  "b": {},\n  "c": []\n}');
});

test('descriptions are CommonMark in part', async browser => {
	const page = await open(browser);
	const made = await page.evaluate(async () => {
		const { markdown } = await import('/-/assets/docs-text.js');

		return markdown('# Title\n\nA *b* **c** `d<e>` [f](https://example.com/) [g](javascript:alert(1)).\n\n- one\n- two\n\n1. three\n\n> four\n\n```\n<five>\n```\n')
			.innerHTML;
	});

	assert.equal(made, '<p class="heading">Title</p><p>A <em>b</em> <strong>c</strong> <code>d&lt;e&gt;</code> ' +
		'<a href="https://example.com/" rel="noopener noreferrer" target="_blank">f</a> [g](javascript:alert(1)).</p>' +
		'<ul><li>one</li><li>two</li></ul><ol><li>three</li></ol><blockquote><p>four</p></blockquote><pre><code>&lt;five&gt;</code></pre>');
});

test('the keyboard alone finds an operation, sends it and reads the answer', async browser => {
	const page = await open(browser);
	const focus = () => page.evaluate(() => document.activeElement.className || document.activeElement.tagName);

	await page.keyboard.press('/');
	await page.keyboard.type('list products');
	await page.keyboard.press('Enter');
	await page.waitForSelector('#listProducts[open] .try');
	await page.waitForFunction('document.activeElement.parentElement.id === "listProducts"', null, { polling: 50 }).catch(() => {});
	for (let i = 0; i < 80 && await focus() !== 'send'; i++) {
		await page.keyboard.press('Tab');
		assert.ok(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none'), 'the focus can be seen');
	}
	assert.equal(await focus(), 'send');
	await page.keyboard.press('Enter');
	await page.waitForSelector('#listProducts .came');
	assert.match(await page.textContent('#listProducts .came'), /200 OK/);
});

/* ---- Documents that mean ill ---- */

test('no text of a document runs, or becomes a tag', async browser => {
	const page = await open(browser, '', {}, hostile);

	for (const id of await page.$$eval('details.operation', found => found.map(one => one.id)))
		await page.evaluate(name => { document.getElementById(name).open = true; }, id);
	await page.waitForSelector('.try');
	await page.evaluate(async () => {
		for (let i = 0; i < 3; i++) {
			document.querySelectorAll('details').forEach(fold => { fold.open = true; });
			await new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)));
		}
	});
	assert.deepEqual(await page.evaluate(() => [document.images.length, document.scripts.length, document.querySelectorAll('iframe, object, svg, style, base').length]), [0, 1, 0]);
	assert.deepEqual(await page.$$eval('a', found => found.map(one => one.protocol).filter(scheme => !/^(https?|mailto):$/.test(scheme))), []);
	assert.equal(await page.evaluate(() => window.ran), undefined);
	assert.match(await page.textContent('main'), /<img src=x onerror/);
	assert.match(await page.textContent('main'), /<\/script><script>/);
});

/* ---- Documents of others ---- */

test('documents of others are shown whole', async browser => {
	const files = fs.readdirSync(folder).sort();

	for (const file of files) {
		const page = await browser.page();

		await page.route('**/-/openapi.json', route => route.fulfill({ path: path.join(folder, file), contentType: 'application/json' }));
		await page.goto(`${shop}/-/docs`);
		await page.waitForSelector('body[data-ready]');
		const { paths } = JSON.parse(fs.readFileSync(path.join(folder, file)));
		const shown = await page.locator('.operation:not(#any)').count();

		assert.ok(shown >= Object.keys(paths ?? {}).length / 2, file);
		/* Some of each, from its beginning to its end. */
		const opened = await page.$$eval('details.operation', async found => {
			const some = found.filter((_, i) => i % Math.ceil(found.length / 12) === 0);

			some.forEach(one => { one.open = true; });
			await new Promise(done => setTimeout(done, 100));
			return some.map(one => one.querySelectorAll('.code-row').length > 0);
		});

		assert.ok(opened.every(Boolean), file);
		assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, file);
		await page.close();
	}
});

/* ---- How it looks ---- */

test('a phone shows all of it without scrolling sideways', async browser => {
	const page = await openOperation(browser, 'changeProduct', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });

	assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
	assert.equal(await page.evaluate(() => window.visualViewport.scale), 1);
});

for (const colorScheme of ['light', 'dark'])
	test(`all text has a contrast of 4.5 to 1, ${colorScheme}`, async browser => {
		const page = await openOperation(browser, 'createUser', { colorScheme, reducedMotion: 'reduce' });

		await page.fill('#createUser textarea', '{}');
		assert.equal(await send(page, 'createUser'), 422);
		const [contrast, where] = await leastContrast(page);

		assert.ok(contrast >= 4.5 && contrast < 99, `${contrast.toFixed(2)}: ${where}`);
	});

test('the policy is kept, and the console says nothing but what was refused', async browser => {
	const isRefusal = text => /^(401|409|422): |status of (401|409|422) /.test(text);

	assert.deepEqual(browser.complaints.filter(text => !isRefusal(text)), []);
});

if (shop === '--list')
	list();
else
	run([new URL(shop).host, new URL(hostile).host]);
