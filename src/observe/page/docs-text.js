/*
 * Texts as parts of a page. Whatever an author or a server wrote becomes text nodes and elements that
 * are made here, never markup: there is no way from a text to a tag.
 */
'use strict';

/* An element; attributes that are null or false are left out, functions are listeners. */
export function h(name, attributes, ...children) {
	const made = document.createElement(name);

	for (const [key, value] of Object.entries(attributes ?? {})) {
		if (value === null || value === undefined || value === false)
			continue;
		if (typeof value === 'function')
			made.addEventListener(key, value);
		else if (key === 'class')
			made.className = value;
		else
			made.setAttribute(key, value === true ? '' : value);
	}
	made.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
	return made;
}

export function status(number) {
	return h('span', { class: `status s${String(number)[0]}` }, number);
}

/* ---- CommonMark: a part of it ---- */

/* Where a link may lead: no other scheme than these does anything but show a page. */
function isSafe(target) {
	if (/[\u0000-\u0020]/.test(target))
		return false;
	return /^(https?:\/\/|mailto:|#|\/(?!\/))/i.test(target);
}

function link(target, content) {
	const isOutside = /^https?:/i.test(target);

	return h('a', { href: target, rel: isOutside ? 'noopener noreferrer' : null, target: isOutside ? '_blank' : null }, content);
}

/* Within a line: code, links, strong and emphasis. */
const INLINE = /(`+)(?!`)(.+?)(?<!`)\1(?!`)|\[([^\]\n]+)\]\(<?([^()\s<>]+)>?(?:\s+"[^"]*")?\)|<(https?:\/\/[^\s<>]+)>|\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)|\*(?=[^\s*])(.+?)(?<=[^\s*])\*|(?<!\w)_(?=[^\s_])(.+?)(?<=[^\s_])_(?!\w)|\\([!-/:-@[-`{-~])/s;

export function inline(text, depth = 0) {
	const parts = [];
	let rest = text;

	while (rest) {
		const found = depth < 4 ? INLINE.exec(rest) : null;

		if (!found) {
			parts.push(rest);
			break;
		}
		const [whole, , code, label, target, bare, strong, strong2, soft, soft2, escaped] = found;

		parts.push(rest.slice(0, found.index));
		if (code !== undefined)
			parts.push(h('code', null, code.replace(/^ (.*\S.*) $/s, '$1')));
		else if (label !== undefined)
			parts.push(isSafe(target) ? link(target, inline(label, depth + 1)) : whole);
		else if (bare !== undefined)
			parts.push(link(bare, bare));
		else if (strong ?? strong2)
			parts.push(h('strong', null, inline(strong ?? strong2, depth + 1)));
		else if (soft ?? soft2)
			parts.push(h('em', null, inline(soft ?? soft2, depth + 1)));
		else
			parts.push(escaped);
		rest = rest.slice(found.index + whole.length);
	}
	return parts.filter(part => part !== '');
}

const ITEM = /^ {0,3}([-*+]|\d{1,9}[.)])\s+/;

function isBreak(line) {
	return !line.trim() || /^ {0,3}(```|~~~|#{1,6}\s|>)/.test(line) || ITEM.test(line);
}

/* The lines from `at` on as long as they are wanted. */
function take(lines, at, isWanted) {
	let end = at;

	while (end < lines.length && isWanted(lines[end], end - at))
		end++;
	return end;
}

/* A list: an item has its own line and those below it that are indented, or go on with its paragraph. */
function list(lines, at, depth) {
	const isOrdered = /\d/.test(ITEM.exec(lines[at])[1]);
	const items = [];

	while (at < lines.length && ITEM.test(lines[at]) && isOrdered === /\d/.test(ITEM.exec(lines[at])[1])) {
		const indent = ITEM.exec(lines[at])[0].length;
		const end = take(lines, at + 1, (line, i) => (line.trim() ? /^\s{2,}/.test(line) || (!isBreak(line) && !!lines[at + i].trim())
			: /^\s{2,}\S/.test(lines[at + i + 2] ?? '')));
		const own = [lines[at].slice(indent), ...lines.slice(at + 1, end).map(line => line.replace(new RegExp(`^\\s{1,${indent}}`), ''))];

		items.push(h('li', null, own.some(line => !line.trim()) || own.slice(1).some(isBreak) ? blocks(own, depth + 1) : inline(own.join('\n'))));
		at = take(lines, end, line => !line.trim());
		if (at < lines.length && !ITEM.test(lines[at]))
			at = end;
	}
	return [h(isOrdered ? 'ol' : 'ul', null, items), at];
}

function blocks(lines, depth) {
	const made = [];
	let at = 0;

	while (at < lines.length) {
		const line = lines[at];
		const fence = /^ {0,3}(```+|~~~+)/.exec(line);
		const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line);
		let end = at + 1;

		if (!line.trim()) {
			/* between two blocks */
		} else if (fence) {
			end = take(lines, at + 1, other => !other.trim().startsWith(fence[1]));
			made.push(h('pre', null, h('code', null, lines.slice(at + 1, end).join('\n'))));
			end++;
		} else if (heading) {
			made.push(h('p', { class: 'heading' }, inline(heading[2])));
		} else if (/^ {0,3}>/.test(line) && depth < 4) {
			end = take(lines, at, other => /^ {0,3}>/.test(other));
			made.push(h('blockquote', null, blocks(lines.slice(at, end).map(other => other.replace(/^ {0,3}> ?/, '')), depth + 1)));
		} else if (ITEM.test(line) && depth < 4) {
			const [found, after] = list(lines, at, depth);

			made.push(found);
			end = after;
		} else {
			end = take(lines, at, (other, i) => i === 0 || !isBreak(other));
			made.push(h('p', null, inline(lines.slice(at, end).map(other => other.trim()).join('\n'))));
		}
		at = end;
	}
	return made;
}

/* Paragraphs, headings, lists, quotes, fenced code, and what stands within a line. HTML is text. */
export function markdown(text) {
	return h('div', { class: 'prose' }, blocks(String(text).slice(0, 100000).split(/\r\n|\r|\n/), 0));
}

/* ---- JSON ---- */

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/* Indented, and otherwise as it came: numbers keep their digits, members their order. Null where it is no JSON. */
export function pretty(text) {
	let out = '', depth = 0;

	try {
		JSON.parse(text);
	} catch {
		return null;
	}
	const tokens = text.match(TOKEN) ?? [];

	tokens.forEach((token, i) => {
		const line = () => `\n${'  '.repeat(depth)}`;

		if ('{['.includes(token)) {
			depth++;
			out += token;
			if (!']}'.includes(tokens[i + 1]))
				out += line();
		} else if (']}'.includes(token)) {
			depth--;
			out += '{['.includes(tokens[i - 1]) ? token : line() + token;
		} else if (token === ',') {
			out += token + line();
		} else {
			out += token === ':' ? ': ' : token;
		}
	});
	return out;
}

/* The same, with a class for each kind of token. */
export function colored(json) {
	const code = h('code', { class: 'code' });
	let at = 0;

	for (const found of json.matchAll(TOKEN)) {
		const token = found[0], after = json[found.index + token.length];
		const kind = token[0] === '"' ? (after === ':' ? 'key' : 'text') : /^[-\d]/.test(token) ? 'number' : /^\w/.test(token) ? 'word' : '';

		code.append(json.slice(at, found.index), kind ? h('span', { class: kind }, token) : token);
		at = found.index + token.length;
	}
	code.append(json.slice(at));
	return code;
}

/* A button that copies what `text` returns. */
export function copyButton(text, name) {
	const button = h('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${name}`, click: async () => {
		try {
			await navigator.clipboard.writeText(text());
			document.getElementById('said').textContent = 'Copied';
			button.textContent = 'Copied';
		} catch {
			button.textContent = 'Not allowed';
		}
		setTimeout(() => { button.textContent = 'Copy'; }, 1500);
	} }, 'Copy');

	return button;
}
