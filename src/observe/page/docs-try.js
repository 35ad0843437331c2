/*
 * Trying an operation out: a form of its parameters and its content, the request as it will be
 * sent, and what came back. Credentials are kept in this page's memory and nowhere else.
 */
'use strict';

import { colored, copyButton, h, inline, pretty, status } from './docs-text.js';
import { mediaExample, sample } from './docs-schema.js';

const SHOWN = 256 * 1024; /* bytes of an answer that are shown */
const READ = 4 << 20;
/* Browsers set these themselves, and let no page do so. */
const FORBIDDEN = /^(accept-charset|accept-encoding|access-control-.*|connection|content-length|cookie|date|expect|host|origin|referer|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/i;

const tags = new Map(); /* the last ETag, by URL */
let ids = 0;

/* ---- Credentials ---- */

const given = new Map(); /* scheme -> {token} or {user, password} */

/* The fields of one security scheme. */
function schemeFields(name, scheme) {
	const field = (label, type, key) => {
		const id = `credential-${++ids}`;
		const input = h('input', { id, type, autocomplete: 'off', spellcheck: 'false', input: () => {
			given.set(name, { ...given.get(name), [key]: input.value });
			document.dispatchEvent(new Event('credentials'));
		} });

		return h('div', { class: 'field' }, h('label', { for: id }, label), input);
	};

	if (scheme.type === 'http' && scheme.scheme?.toLowerCase() === 'basic')
		return [field('User', 'text', 'user'), field('Password', 'password', 'password')];
	if (scheme.type === 'apiKey' && scheme.in === 'cookie')
		return [h('p', { class: 'dim' }, 'The cookie ', h('code', null, scheme.name), ', which the browser sends where it has it.')];
	if (scheme.type === 'mutualTLS')
		return [h('p', { class: 'dim' }, 'The browser’s certificate.')];
	return [field(scheme.type === 'apiKey' ? `Key (${scheme.name})` : 'Token', 'password', 'token')];
}

/* The panel in which credentials are given; null where the document knows none. */
export function credentialPanel(api) {
	const schemes = Object.entries(api.doc.root.components?.securitySchemes ?? {});

	if (!schemes.length)
		return null;
	return h('details', { class: 'credentials', id: 'credentials' },
		h('summary', null, 'Credentials'),
		h('p', { class: 'dim' }, 'Sent with what is tried out here. They stay in this page until it is left or loaded anew.'),
		schemes.map(([name, node]) => {
			const scheme = api.doc.follow(node);

			return h('form', { submit: event => event.preventDefault() }, h('fieldset', null, h('legend', null, name), scheme.description ? h('p', { class: 'dim' }, inline(scheme.description)) : null,
				schemeFields(name, scheme)));
		}));
}

function hasCookie(scheme) {
	return scheme.type === 'apiKey' && scheme.in === 'cookie';
}

function isGiven(name, scheme) {
	const value = given.get(name);

	return hasCookie(scheme) || scheme.type === 'mutualTLS' || !!value?.token || !!value?.user;
}

/* The first alternative of `security` of which all is given, as [name, scheme] pairs. */
function chosenSchemes(api, operation) {
	const schemes = api.doc.root.components?.securitySchemes ?? {};

	for (const alternative of operation.security) {
		const pairs = Object.keys(alternative).map(name => [name, api.doc.follow(schemes[name])]);

		if (pairs.length && pairs.every(([name, scheme]) => isGiven(name, scheme)))
			return pairs;
	}
	return [];
}

/* What the credentials add to a request; `shown` is what stands for them in the curl line. */
function addCredentials(api, operation, request) {
	for (const [name, scheme] of chosenSchemes(api, operation)) {
		const value = given.get(name) ?? {};

		if (hasCookie(scheme)) {
			request.credentials = 'same-origin';
		} else if (scheme.type === 'http' && scheme.scheme?.toLowerCase() === 'basic') {
			const bytes = new TextEncoder().encode(`${value.user}:${value.password ?? ''}`);

			request.headers.set('Authorization', `Basic ${btoa(String.fromCharCode(...bytes))}`);
			request.curl.push(`-u ${quote(value.user)}`);
		} else if (scheme.type === 'apiKey' && scheme.in === 'query') {
			request.query.push([scheme.name, value.token]);
		} else if (scheme.type === 'apiKey') {
			request.headers.set(scheme.name, value.token);
			request.curl.push(`-H "${scheme.name}: $KEY"`);
		} else if (value.token) {
			request.headers.set('Authorization', `Bearer ${value.token}`);
			request.curl.push('-H "Authorization: Bearer $TOKEN"');
		}
	}
}

/* ---- The form ---- */

function parameterSample(api, parameter) {
	const [media] = Object.values(parameter.content ?? {});
	const schema = parameter.schema ?? media?.schema ?? {};
	const [first] = Object.values(parameter.examples ?? {});
	let value = parameter.example ?? (first ? api.doc.follow(first).value : undefined);

	if (value === undefined)
		value = sample(api.doc, schema);
	if (value === null || value === undefined)
		return '';
	return Array.isArray(value) ? value.join(',') : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/* What an author wrote is worth hinting at; a text that was made up is not. */
function hint(api, parameter) {
	const schema = api.doc.follow(parameter.schema ?? {});
	const isSaid = 'example' in parameter || parameter.examples || ['example', 'examples', 'default', 'const', 'enum'].some(word => word in schema);

	return isSaid ? parameterSample(api, parameter) : null;
}

function input(api, parameter, id) {
	const schema = api.doc.follow(parameter.schema ?? {});
	const values = schema.enum ?? (schema.type === 'boolean' ? [true, false] : null);

	if (values && values.length <= 50)
		return h('select', { id }, parameter.required ? null : h('option', { value: '' }, '–'), values.map(value => h('option', { value }, String(value))));
	const made = h('input', { id, type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: parameter.required ? null : hint(api, parameter) });

	if (parameter.required)
		made.value = parameterSample(api, parameter);
	return made;
}

function parameterField(api, parameter) {
	const id = `field-${++ids}`;
	const isUnsendable = parameter.in === 'cookie' || (parameter.in === 'header' && FORBIDDEN.test(parameter.name));
	const made = isUnsendable ? null : input(api, parameter, id);

	return {
		parameter,
		input: made,
		node: h('div', { class: 'field' }, h('label', { for: made ? id : null }, h('code', null, parameter.name), ' ',
			h('span', { class: 'dim' }, parameter.in), parameter.required ? h('span', { class: 'required' }, 'required') : null),
		made ?? h('span', { class: 'dim' }, 'A browser lets no page set it.')),
	};
}

/* Fields that mean something for a method, where the document does not name them itself. */
function knownFields(operation) {
	const names = new Set(operation.parameters.filter(one => one.in === 'header').map(one => one.name.toLowerCase()));
	const wanted = { PUT: ['If-Match'], PATCH: ['If-Match', 'Idempotency-Key'], DELETE: ['If-Match'], POST: ['Idempotency-Key'] };

	return (wanted[operation.method] ?? []).filter(name => !names.has(name.toLowerCase()))
		.map(name => ({ name, in: 'header', schema: { type: 'string' }, example: '' }));
}

/* Separators of `style`, for arrays and objects that were typed as text. */
function queryPairs(api, parameter, text) {
	const schema = api.doc.follow(parameter.schema ?? {});
	const isList = [schema.type].flat().includes('array');

	if (!isList || parameter.content)
		return [[parameter.name, text]];
	const items = text.split(',').map(item => item.trim());

	if (parameter.explode ?? (parameter.style ?? 'form') === 'form')
		return items.map(item => [parameter.name, item]);
	return [[parameter.name, items.join({ spaceDelimited: ' ', pipeDelimited: '|' }[parameter.style] ?? ',')]];
}

/* ---- The request ---- */

function quote(text) {
	return `'${String(text).replaceAll("'", "'\\''")}'`;
}

function encode(text) {
	return encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/* What the form says now, as it would be sent. */
function requestOf(api, operation, form) {
	const request = { headers: new Headers(), query: [], curl: [], credentials: 'omit', problem: '' };
	let path = operation.path;

	for (const { parameter, input: field } of form.fields) {
		const value = field?.value ?? '';

		if (parameter.in === 'path')
			path = path.replaceAll(`{${parameter.name}}`, encode(value));
		if (!value)
			continue;
		if (parameter.in === 'query')
			request.query.push(...queryPairs(api, parameter, value));
		if (parameter.in === 'header')
			try {
				request.headers.set(parameter.name, value);
				request.curl.push(`-H ${quote(`${parameter.name}: ${value}`)}`);
			} catch {
				request.problem = `${parameter.name} has a character that no header field may have.`;
			}
	}
	if (form.accept?.value) {
		request.headers.set('Accept', form.accept.value);
		request.curl.push(`-H ${quote(`Accept: ${form.accept.value}`)}`);
	}
	if (form.body && (form.body.value || form.file?.files.length)) {
		request.body = form.file?.files[0] ?? form.body.value;
		request.headers.set('Content-Type', form.media.value);
		request.curl.push(`-H ${quote(`Content-Type: ${form.media.value}`)}`,
			form.file?.files.length ? `--data-binary @${quote(form.file.files[0].name)}` : `-d ${quote(form.body.value)}`);
	}
	addCredentials(api, operation, request);
	const query = request.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

	request.url = `${api.served.basePath}${path}${query ? `?${query}` : ''}`;
	return request;
}

function curlOf(operation, request) {
	const method = operation.method === 'GET' ? '' : operation.method === 'HEAD' ? ' -I' : ` -X ${operation.method}`;

	return [`curl -i${method} ${quote(location.origin + request.url)}`, ...request.curl].join(' \\\n  ');
}

/* ---- The answer ---- */

/* Up to READ bytes of the content; what comes bit by bit (events) is told of as it comes. */
async function read(response, onMore) {
	const reader = response.body?.getReader();
	const pieces = [];
	let length = 0;

	while (reader && length < READ) {
		const { done, value } = await reader.read();

		if (done)
			break;
		pieces.push(value);
		length += value.length;
		onMore?.(pieces, length);
	}
	if (length >= READ)
		reader.cancel();
	return { bytes: new Uint8Array(await new Blob(pieces).arrayBuffer()), isCut: length >= READ };
}

function isText(type) {
	return /^text\/|json|xml|yaml|x-www-form|javascript|csv/.test(type);
}

function contentView(bytes, type, isCut) {
	if (!bytes.length)
		return h('p', { class: 'dim' }, 'No content.');
	if (!isText(type))
		return h('p', { class: 'dim' }, `${bytes.length} bytes${isCut ? ' and more' : ''} of ${type || 'an unknown type'}.`);
	const text = new TextDecoder().decode(bytes.subarray(0, SHOWN));
	const json = /json/.test(type) && !/ndjson|seq/.test(type) && bytes.length <= SHOWN ? pretty(text) : null;

	return h('div', { class: 'content' }, h('p', { class: 'top' }, 'Content', copyButton(() => text, 'the content')),
		h('pre', { tabindex: '0', 'aria-label': 'Content' }, json === null ? h('code', null, text) : colored(json)),
		bytes.length > SHOWN || isCut ? h('p', { class: 'dim' }, 'The rest is not shown.') : null);
}

function parsed(bytes, type) {
	if (!/json/.test(type) || bytes.length > SHOWN)
		return null;
	try {
		return JSON.parse(new TextDecoder().decode(bytes));
	} catch {
		return null;
	}
}

function reasonOf(api, error, number) {
	return (error && api.served.codes[error]) || api.served.statuses[number]?.meaning || '';
}

function headerTable(response) {
	return h('details', { class: 'headers', open: true }, h('summary', null, 'Header fields'),
		h('table', null, h('tbody', null, [...response.headers].map(([name, value]) =>
			h('tr', null, h('th', { scope: 'row' }, name), h('td', null, value))))));
}

/* The row of the operation's answers that this one is; it is lit until the next one comes. */
function light(panel, number, error, node) {
	const rows = [...panel.querySelectorAll(`[data-status="${number}"]`)];
	const row = rows[0];

	panel.querySelectorAll('.lit').forEach(lit => lit.classList.remove('lit'));
	row?.classList.add('lit');
	for (const reason of row?.querySelectorAll('[data-code]') ?? [])
		if (reason.dataset.code === error) {
			reason.classList.add('lit');
			reason.querySelector(`[data-node="${CSS.escape(node ?? '')}"]`)?.classList.add('lit');
		}
	return row;
}

function answerView(api, panel, operation, response, found, ms) {
	const type = response.headers.get('Content-Type') ?? '';
	const body = parsed(found.bytes, type);
	const error = response.status >= 400 ? body?.error : undefined;
	const row = light(panel, response.status, error, body?.node);
	const phrase = api.served.statuses[response.status]?.phrase ?? response.statusText;

	return [
		h('p', { class: 'came' }, status(response.status), ' ', h('strong', null, phrase), ' ',
			h('span', { class: 'dim' }, `${ms} ms, ${found.bytes.length} bytes`)),
		response.redirected ? h('p', { class: 'dim' }, 'The browser followed a redirect; this is the answer of ', h('code', null, response.url), '.') : null,
		h('p', null, error ? [h('a', { href: `/-/errors/${encodeURIComponent(error)}` }, h('code', null, error)), ' '] : null,
			reasonOf(api, error, response.status), ' ', row ? h('a', { href: `#${row.id}`, class: 'why' }, 'why?') : null),
		headerTable(response),
		contentView(found.bytes, type, found.isCut),
	].filter(Boolean);
}

function keepTag(method, request, response) {
	const tag = response.headers.get('ETag');
	const url = method === 'POST' ? response.headers.get('Location') ?? request.url : request.url.split('?')[0];

	if (tag)
		tags.set(url, tag);
	document.dispatchEvent(new Event('tags'));
}

/* ---- The panel ---- */

function bodyFields(api, operation, form) {
	const content = Object.entries(operation.body?.content ?? {});

	if (!content.length)
		return null;
	const id = `body-${++ids}`;

	form.media = h('select', { 'aria-label': 'Media type', change: fill }, content.map(([name]) => h('option', { value: name }, name)));
	form.body = h('textarea', { id, rows: '8', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off' });
	form.file = h('input', { type: 'file', 'aria-label': 'A file instead' });
	const fileField = h('div', { class: 'field' }, form.file);

	function fill() {
		const media = operation.body.content[form.media.value];

		form.body.value = isText(form.media.value) ? mediaExample(api.doc, form.media.value, media) : '';
		form.body.rows = Math.min(16, Math.max(4, form.body.value.split('\n').length));
		fileField.hidden = isText(form.media.value);
		if (form.media.value.includes('*'))
			form.media.selectedOptions[0].value = 'application/octet-stream';
	}
	fill();
	return h('div', { class: 'field' }, h('label', { for: id }, 'Content'), form.media, form.body, fileField);
}

function acceptField(operation, form) {
	const types = operation.types;

	if (types.length < 2)
		return null;
	const id = `accept-${++ids}`;

	form.accept = h('select', { id }, h('option', { value: '' }, '–'), types.map(type => h('option', { value: type }, type)));
	return h('div', { class: 'field' }, h('label', { for: id }, h('code', null, 'Accept')), form.accept);
}

/* A field that is filled by a button, or by what an earlier answer said. */
function helper(api, operation, form, field) {
	if (/^idempotency-key$/i.test(field.parameter.name))
		field.node.append(h('div', { class: 'beside' }, field.input, h('button', { type: 'button', class: 'copy', click: () => {
			const bytes = [...crypto.getRandomValues(new Uint8Array(12))];

			field.input.value = `"${bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')}"`;
			form.show();
		} }, 'New key')));
	if (/^if-match$/i.test(field.parameter.name)) {
		let filled = '';
		const fill = () => {
			const tag = tags.get(requestOf(api, operation, form).url.split('?')[0]) ?? '';

			if (field.input.value === filled || !field.input.value)
				field.input.value = filled = tag;
		};

		form.tag = fill;
		document.addEventListener('tags', () => { fill(); form.show(); });
	}
}

/* The form of an operation; `panel` is its part of the page, where the row of the answer is lit. */
export function tryPanel(api, panel, operation) {
	const form = { fields: [...operation.parameters, ...knownFields(operation)].map(parameter => parameterField(api, parameter)) };
	const curl = h('code'), sender = h('p', { class: 'dim sender' }), answer = h('div', { class: 'answer', 'aria-live': 'polite' });
	const body = bodyFields(api, operation, form);
	const send = h('button', { type: 'submit', class: 'send' }, 'Send');
	let stop = null;

	form.show = () => {
		const request = requestOf(api, operation, form), schemes = chosenSchemes(api, operation);

		curl.textContent = curlOf(operation, request);
		sender.replaceChildren(...(!operation.security.some(one => Object.keys(one).length) ? []
			: schemes.length ? [`Sent with: ${schemes.map(([name]) => name).join(', ')}`]
				: ['Sent without ', h('a', { href: '#credentials' }, 'credentials')]));
	};
	form.fields.filter(field => field.input).forEach(field => helper(api, operation, form, field));

	async function ask() {
		const request = requestOf(api, operation, form);
		const began = performance.now();

		if (request.problem) {
			answer.replaceChildren(h('p', { class: 'wrong' }, request.problem));
			return;
		}
		stop = new AbortController();
		send.textContent = 'Stop';
		try {
			const response = await fetch(request.url, { method: operation.method, headers: request.headers, body: request.body, cache: 'no-store',
				credentials: request.credentials, referrerPolicy: 'no-referrer', signal: stop.signal });
			const type = response.headers.get('Content-Type') ?? '';
			const show = (found, ms) => answer.replaceChildren(h('p', { class: 'line' }, h('code', null, `${operation.method} ${request.url}`)),
				...answerView(api, panel, operation, response, found, ms));
			const ms = Math.round(performance.now() - began);
			const onMore = type.includes('event-stream') ? async pieces =>
				show({ bytes: new Uint8Array(await new Blob(pieces).arrayBuffer()), isCut: false }, ms) : null;

			onMore?.([]);
			show(await read(response, onMore), Math.round(performance.now() - began));
			keepTag(operation.method, request, response);
		} catch (error) {
			if (error.name !== 'AbortError')
				answer.replaceChildren(h('p', { class: 'wrong' }, 'No answer: ', error.message));
		}
		stop = null;
		send.textContent = 'Send';
	}
	const node = h('form', { class: 'try', 'aria-label': `Try ${operation.method} ${operation.path}`, novalidate: true, input: () => { form.tag?.(); form.show(); },
		submit: event => {
			event.preventDefault();
			if (stop)
				stop.abort();
			else
				ask();
		} },
	h('h4', null, 'Try it'), form.fields.map(field => field.node), acceptField(operation, form), body, sender,
	h('div', { class: 'sendline' }, send),
	h('div', { class: 'content' }, h('p', { class: 'top' }, 'With curl', copyButton(() => curl.textContent, 'the curl line')), h('pre', { class: 'curl', tabindex: '0', 'aria-label': 'The same with curl' }, curl)), answer);

	document.addEventListener('credentials', form.show);
	form.tag?.();
	form.show();
	return node;
}

