/*
 * The API, from /-/openapi.json: each operation with what it takes and every code that it can
 * answer. What an operation has to show comes into being when it is opened.
 */
'use strict';

import { h, inline, markdown, status } from './docs-text.js';
import { constraintList, Document, schemaView, typeText } from './docs-schema.js';
import { credentialPanel, tryPanel } from './docs-try.js';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace', 'query'];
const CLASSES = { 1: 'Interim', 2: 'Success', 3: 'Redirects', 4: 'Errors of the request', 5: 'Errors of the server' };
const at = id => document.getElementById(id);

/* ---- From the document ---- */

function slug(text) {
	return text.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^-+|-+$/g, '') || 'operation';
}

function parametersOf(doc, item, operation) {
	const found = new Map();

	for (const node of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
		const parameter = doc.follow(node);

		if (typeof parameter.name === 'string')
			found.set(`${parameter.in} ${parameter.name}`, parameter);
	}
	return [...found.values()].filter(one => one.in !== 'header' || !/^(accept|content-type|authorization)$/i.test(one.name));
}

/* Media types of what an operation returns when all is well. */
function typesOf(doc, operation) {
	const types = new Set();

	for (const [code, node] of Object.entries(operation.responses ?? {}))
		if (/^2/.test(code))
			Object.keys(doc.follow(node).content ?? {}).forEach(type => types.add(type));
	return [...types].filter(type => !type.includes('*'));
}

function operationsOf(doc, served) {
	const operations = [], taken = new Set(['api', 'contents', 'credentials', 'find', 'state', 'operations', 'always', 'about']);

	for (const [path, node] of Object.entries(doc.root.paths ?? {})) {
		const item = doc.follow(node);

		for (const method of METHODS) {
			if (typeof item[method] !== 'object' || item[method] === null)
				continue;
			const one = item[method], name = method.toUpperCase();
			let id = slug(one.operationId ?? `${method}${path}`);

			while (taken.has(id))
				id += '-2';
			taken.add(id);
			operations.push({
				id, path, method: name, node: one,
				summary: one.summary ?? item.summary ?? '',
				description: one.description ?? '',
				tag: one.tags?.[0],
				parameters: parametersOf(doc, item, one),
				body: one.requestBody ? doc.follow(one.requestBody) : null,
				responses: one.responses ?? {},
				security: one.security ?? doc.root.security ?? [],
				types: typesOf(doc, one),
				answers: served.operations[`${name} ${path}`] ?? [],
			});
		}
	}
	return operations;
}

/* By tag, in the order of the document's tags; without one by the first segment of the path. */
function groupsOf(doc, operations) {
	const groups = new Map((doc.root.tags ?? []).map(tag => [tag.name, { name: tag.name, description: tag.description, list: [] }]));

	for (const operation of operations) {
		const name = operation.tag ?? operation.path.split('/').find(part => part && !part.startsWith('{')) ?? '/';

		if (!groups.has(name))
			groups.set(name, { name, list: [] });
		groups.get(name).list.push(operation);
	}
	return [...groups.values()].filter(group => group.list.length);
}

/* ---- An operation ---- */

function verb(operation) {
	return h('span', { class: `verb ${operation.method.toLowerCase()}` }, operation.method);
}

function section(title, ...content) {
	return h('section', null, h('h4', null, title), ...content);
}

function parameterView(doc, parameter) {
	const [media] = Object.values(parameter.content ?? {});
	const schema = parameter.schema ?? media?.schema ?? {};

	return h('li', null, h('code', { class: 'name' }, parameter.name), h('span', { class: 'type' }, `${parameter.in}, ${typeText(doc, schema)}`),
		parameter.required ? h('span', { class: 'required' }, 'required') : null,
		parameter.deprecated ? h('span', { class: 'dim' }, 'deprecated') : null,
		constraintList(doc, schema), parameter.description ? h('span', { class: 'says' }, inline(parameter.description)) : null);
}

function securityView(security) {
	const names = security.map(one => Object.entries(one).map(([name, scopes]) => (scopes.length ? `${name} (${scopes.join(', ')})` : name)).join(' and '));

	if (!names.some(Boolean))
		return h('p', { class: 'dim' }, 'Open to everybody.');
	return h('p', null, names.includes('') ? 'Takes credentials: ' : 'Needs credentials: ',
		names.filter(Boolean).flatMap((name, i) => [i ? ' or ' : '', h('strong', null, name)]), names.includes('') ? '; also goes without.' : '');
}

function bodyView(doc, body) {
	const parts = Object.entries(body.content ?? {}).map(([type, media]) =>
		h('div', null, h('p', null, h('code', null, type)), schemaView(doc, media.schema ?? {})));

	return section(body.required ? 'Content (required)' : 'Content', body.description ? markdown(body.description) : null, parts);
}

/* ---- Its answers ---- */

/* A row that ends so, its question, and the answer to it that leads here. */
function nodeView(served, number, id) {
	const row = served.nodes[id] ?? {};
	const isYes = row.yes === number, isNo = row.no === number;

	return h('span', { class: 'node', 'data-node': id, title: row.block }, h('b', null, id), ' ', row.question,
		isYes !== isNo ? [' ', h('b', null, isYes ? 'yes' : 'no')] : null);
}

function reasonView(served, number, reason) {
	const code = h('code', null, reason.code);

	return h('li', { 'data-code': reason.code }, number >= 400 ? h('a', { href: `/-/errors/${encodeURIComponent(reason.code)}` }, code) : code,
		' ', served.codes[reason.code], h('span', { class: 'nodes' }, reason.nodes.map(id => nodeView(served, number, id))));
}

/* The documented response that a status has: its own, its class's or the default. */
function responseOf(doc, responses, number) {
	const node = responses[number] ?? responses[`${String(number)[0]}XX`] ?? responses.default;

	return node ? doc.follow(node) : null;
}

function fieldsOf(served, response, number) {
	const owed = (served.statuses[number]?.fields ?? '').split(' ').filter(Boolean);
	const names = [...Object.keys(response?.headers ?? {}), ...owed].map(name => name.toLowerCase());
	const written = name => name.replace(/^etag$/, 'ETag').replace('www-', 'WWW-').replace(/(^|-)([a-z])/g, letter => letter.toUpperCase());

	return [...new Set(names)].map(name => name.split('|').map(written).join(' or '));
}

function contentView(doc, response) {
	const media = Object.entries(response?.content ?? {});

	if (!media.length)
		return null;
	const fold = h('details', { toggle: () => {
		if (fold.open && fold.childElementCount === 1)
			fold.append(...media.map(([type, one]) => h('div', null, h('p', null, h('code', null, type)), schemaView(doc, one.schema ?? {}))));
	} }, h('summary', null, 'Content'));

	return fold;
}

function answerRow(api, answer, responses, id) {
	const { doc, served } = api;
	const number = answer.status;
	const response = responses ? responseOf(doc, responses, number) : null;
	const fields = fieldsOf(served, response, number);

	return h('li', { class: 'code-row', 'data-status': number, id: id ? `${id}-${number}` : null }, h('div', null, status(number)),
		h('div', null,
			h('p', { class: 'phrase' }, h('strong', null, served.statuses[number]?.phrase ?? ''),
				response?.description && answer.mentioned === 'number' ? [' ', h('span', { class: 'says' }, inline(response.description))] : null,
				answer.mentioned === 'none' ? h('span', { class: 'silent' }, 'added by the server') : null),
			h('ul', { class: 'reasons' }, answer.reasons.map(reason => reasonView(served, number, reason))),
			fields.length ? h('p', { class: 'dim' }, 'Carries ', fields.flatMap((name, i) => [i ? ', ' : '', h('code', null, name)])) : null,
			number < 300 ? contentView(doc, response) : null));
}

function answersView(api, answers, responses, id) {
	return Object.entries(CLASSES).map(([digit, name]) => {
		const own = answers.filter(answer => String(answer.status)[0] === digit);

		return own.length ? [h('h5', null, name), h('ul', { class: 'answers' }, own.map(answer => answerRow(api, answer, responses, id)))] : [];
	}).flat();
}

function operationBody(api, operation, panel) {
	const { doc } = api;

	return h('div', { class: 'sheet' },
		h('div', { class: 'says-all' },
			operation.node.deprecated ? h('p', { class: 'wrong' }, 'Deprecated.') : null,
			operation.description ? markdown(operation.description) : null,
			securityView(operation.security),
			operation.parameters.length ? section('Parameters', h('ul', { class: 'members' }, operation.parameters.map(one => parameterView(doc, one)))) : null,
			operation.body ? bodyView(doc, operation.body) : null,
			section('What it can answer', answersView(api, operation.answers, operation.responses, operation.id)),
			h('p', { class: 'dim' }, 'And ', h('a', { href: '#always' }, 'what any request can be answered'), '.')),
		h('div', { class: 'side' }, tryPanel(api, panel, operation)));
}

function operationView(api, operation) {
	const panel = h('details', { class: 'operation', id: operation.id, toggle: () => {
		if (panel.open && panel.childElementCount === 1)
			panel.append(operationBody(api, operation, panel));
	} }, h('summary', null, verb(operation), h('span', { class: 'path' }, operation.path), h('span', { class: 'what' }, operation.summary),
		h('span', { class: 'chips', 'aria-hidden': 'true' }, operation.answers.map(answer => h('i', { class: `s${String(answer.status)[0]}` }, answer.status)))));

	return panel;
}

/* ---- The page ---- */

function about(api) {
	const { root } = api.doc, info = root.info ?? {};
	const servers = (root.servers ?? []).filter(server => server.url && server.url !== '/');

	document.title = info.title || 'API';
	at('about').replaceChildren(
		h('h1', null, info.title || 'API', ' ', h('span', { class: 'version' }, info.version ?? '')),
		...[info.summary ? h('p', { class: 'lede' }, info.summary) : null,
			info.description ? markdown(info.description) : null,
			servers.length ? h('p', null, 'Servers: ', servers.flatMap((server, i) => [i ? ', ' : '', h('code', null, server.url), server.description ? ` (${server.description})` : ''])) : null,
			credentialPanel(api)].filter(Boolean));
}

function contents(groups) {
	at('contents').replaceChildren(...groups.map(group => h('div', { class: 'group' }, h('p', null, group.name),
		h('ul', null, group.list.map(operation => h('li', null, h('a', { href: `#${operation.id}`, 'data-for': operation.id, title: operation.summary },
			verb(operation), ' ', operation.path)))))));
}

function always(api) {
	const { served } = api;

	at('always').replaceChildren(h('details', { class: 'operation', id: 'any' }, h('summary', null, h('span', { class: 'what' }, 'What any request can be answered')),
		h('div', { class: 'sheet' }, h('div', { class: 'says-all' },
			h('p', { class: 'dim' }, 'Before anybody knows which operation is meant.'), answersView(api, served.anywhere, null, 'any'),
			h('h4', null, 'Where there is no such path, or not with this method'), answersView(api, served.elsewhere, null, 'elsewhere')))));
}

/* ---- Finding ---- */

function find(operations) {
	const words = at('find').value.toLowerCase().split(/\s+/).filter(Boolean);
	let count = 0;

	for (const operation of operations) {
		const text = `${operation.method} ${operation.path} ${operation.summary} ${operation.id} ${operation.tag ?? ''}`.toLowerCase();
		const isWanted = words.every(word => text.includes(word));

		count += isWanted;
		at(operation.id).hidden = !isWanted;
		document.querySelector(`[data-for="${CSS.escape(operation.id)}"]`).parentElement.hidden = !isWanted;
	}
	for (const group of document.querySelectorAll('.group'))
		group.hidden = !group.querySelector('li:not([hidden])');
	for (const group of document.querySelectorAll('.tagged'))
		group.hidden = !group.querySelector('.operation:not([hidden])');
	at('state').hidden = count > 0;
	at('state').textContent = 'No operation has these words.';
	at('said').textContent = `${count} of ${operations.length} operations`;
}

function startFinding(operations) {
	at('find').addEventListener('input', () => find(operations));
	document.addEventListener('keydown', event => {
		if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName))
			return;
		event.preventDefault();
		at('find').focus();
	});
	at('find').addEventListener('keydown', event => {
		const first = operations.find(operation => !at(operation.id).hidden);

		if (event.key === 'Enter' && first)
			location.hash = first.id;
		if (event.key === 'Escape') {
			at('find').value = '';
			find(operations);
		}
	});
}

/* Opens what the address names, and what that is within. */
function follow() {
	let id = location.hash.slice(1);

	try {
		id = decodeURIComponent(id);
	} catch { /* as it is */ }
	let target = at(id);

	if (!target && id)
		for (const panel of document.querySelectorAll('details.operation'))
			if (id.startsWith(`${panel.id}-`)) { /* one of its answers, which are not made yet */
				panel.open = true;
				panel.dispatchEvent(new Event('toggle'));
				target = at(id);
				break;
			}
	if (id === 'always')
		at('any').open = true;
	if (!target)
		return;
	for (let around = target; around; around = around.parentElement)
		if (around.tagName === 'DETAILS')
			around.open = true;
	target.hidden = false;
	for (const link of document.querySelectorAll('[data-for]'))
		link.toggleAttribute('aria-current', link.dataset.for === id);
	requestAnimationFrame(() => {
		target.scrollIntoView();
		(target.tagName === 'DETAILS' ? target.firstElementChild : target).focus({ preventScroll: true });
	});
}

async function start() {
	const response = await fetch('/-/openapi.json', { cache: 'no-cache', credentials: 'omit' });

	if (!response.ok)
		throw new Error(`${response.status} ${response.statusText}`);
	const root = await response.json();
	const api = { doc: new Document(root), served: root['x-served'] };
	const operations = operationsOf(api.doc, api.served), groups = groupsOf(api.doc, operations);

	about(api);
	contents(groups);
	at('operations').replaceChildren(...groups.map(group => h('section', { class: 'tagged' }, h('h2', null, group.name),
		group.description ? markdown(group.description) : null, group.list.map(operation => operationView(api, operation)))));
	always(api);
	at('state').hidden = operations.length > 0;
	at('state').textContent = 'The document has no operations.';
	if (window.matchMedia('(max-width: 62rem)').matches)
		at('fold').open = false;
	startFinding(operations);
	window.addEventListener('hashchange', follow);
	/* A link to where one is already opens it all the same. */
	document.addEventListener('click', event => {
		const link = event.target.closest?.('a[href^="#"]');

		if (link && link.getAttribute('href') === location.hash)
			follow();
	});
	follow();
	document.body.dataset.ready = 'true';
}

start().catch(error => {
	at('state').textContent = `The document could not be read: ${error.message}`;
});
