/* Schemas in words, and values that they might have. */
'use strict';

import { h, inline, markdown } from './docs-text.js';

const DEEPEST = 8;

export class Document {
	constructor(root) {
		this.root = root;
	}

	/* What stands at "#/a/b"; undefined where nothing does. */
	at(pointer) {
		let node = this.root;

		if (pointer === '#')
			return node;
		if (!pointer.startsWith('#/'))
			return undefined;
		for (const step of pointer.slice(2).split('/')) {
			let name = step;

			try {
				name = decodeURIComponent(step);
			} catch { /* a % of its own */ }
			name = name.replaceAll('~1', '/').replaceAll('~0', '~');
			node = node !== null && typeof node === 'object' && Object.hasOwn(node, name) ? node[name] : undefined;
		}
		return node;
	}

	/* The object itself, its references followed. Fields beside a $ref of a schema count too. */
	follow(node) {
		for (let hops = 0; hops < 32 && typeof node?.$ref === 'string'; hops++) {
			const { $ref, ...beside } = node;
			const target = this.at($ref);

			if (target === undefined)
				return { description: `(${$ref})`, ...beside };
			node = typeof target === 'object' && target !== null ? { ...target, ...beside } : target;
		}
		return node ?? {};
	}
}

/* "#/components/schemas/User" is called User. */
function nameOf(schema) {
	return typeof schema?.$ref === 'string' && schema.$ref.startsWith('#/components/') ? schema.$ref.split('/').pop() : '';
}

function said(value) {
	const text = typeof value === 'string' ? value : JSON.stringify(value);

	return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function typesOf(schema) {
	const types = [schema.type ?? []].flat();

	return schema.nullable && !types.includes('null') ? [...types, 'null'] : types;
}

function guessed(schema) {
	if (schema.properties || schema.additionalProperties)
		return ['object'];
	if (schema.items)
		return ['array'];
	return 'pattern' in schema || 'minLength' in schema ? ['string'] : [];
}

/* The type in a few words: "array of User", "string (email) or null". */
export function typeText(doc, node, depth = 0) {
	const schema = doc.follow(node);
	const name = nameOf(node);

	if (typeof schema === 'boolean')
		return schema ? 'anything' : 'nothing';
	const types = typesOf(schema).length ? typesOf(schema) : guessed(schema);

	if (types.includes('array') && schema.items && depth < 3)
		return types.map(type => (type === 'array' ? `array of ${typeText(doc, schema.items, depth + 1)}` : type)).join(' or ');
	if (name && (types.includes('object') || !types.length))
		return name;
	for (const word of ['oneOf', 'anyOf'])
		if (!types.length && Array.isArray(schema[word]) && depth < 3)
			return [...new Set(schema[word].map(one => typeText(doc, one, depth + 1)))].slice(0, 6).join(' or ');
	if (!types.length && Array.isArray(schema.allOf) && schema.allOf.length)
		return name || 'object';
	if (!types.length)
		return schema.enum || 'const' in schema ? 'one of these' : 'anything';
	return types.map(type => (type === 'string' && schema.format ? `string (${schema.format})` : type)).join(' or ');
}

function between(least, most, what) {
	if (least !== undefined && most !== undefined)
		return least === most ? `exactly ${least} ${what}` : `${least} to ${most} ${what}`;
	if (least !== undefined)
		return `at least ${least} ${what}`;
	return most !== undefined ? `at most ${most} ${what}` : null;
}

/* What a schema demands of a value, beside its type: a list of words and of code. */
export function constraints(doc, node) {
	const schema = doc.follow(node);
	const found = [];
	const add = (words, value) => found.push(value === undefined ? words : [words, ' ', h('code', null, said(value))]);

	if (typeof schema === 'boolean')
		return found;
	if (schema.enum)
		found.push(['one of ', schema.enum.slice(0, 20).flatMap((value, i) => [i ? ', ' : '', h('code', null, said(value))]),
			schema.enum.length > 20 ? `, … (${schema.enum.length})` : '']);
	if ('const' in schema)
		add('always', schema.const);
	for (const words of [between(schema.minLength, schema.maxLength, 'characters'), between(schema.minItems, schema.maxItems, 'items'),
		between(schema.minProperties, schema.maxProperties, 'members'), between(schema.minimum, schema.maximum, '')?.trim()])
		if (words)
			found.push(words);
	if (typeof schema.exclusiveMinimum === 'number')
		found.push(`more than ${schema.exclusiveMinimum}`);
	if (typeof schema.exclusiveMaximum === 'number')
		found.push(`less than ${schema.exclusiveMaximum}`);
	if (schema.multipleOf !== undefined)
		found.push(`a multiple of ${schema.multipleOf}`);
	if (schema.pattern)
		add('pattern', schema.pattern);
	if (schema.uniqueItems)
		found.push('no item twice');
	if (schema.format && !typesOf(schema).includes('string'))
		found.push(schema.format);
	if ('default' in schema)
		add('default', schema.default);
	if (schema.readOnly)
		found.push('only in answers');
	if (schema.writeOnly)
		found.push('never in answers');
	if (schema.deprecated)
		found.push('deprecated');
	return found;
}

export function constraintList(doc, schema) {
	const found = constraints(doc, schema);

	return found.length ? h('span', { class: 'constraints' }, found.flatMap((one, i) => [i ? ' · ' : '', one].flat(2))) : null;
}

/* ---- The members of a schema ---- */

/* All properties, those of allOf among them, with what is required. */
function membersOf(doc, node, depth = 0) {
	const schema = doc.follow(node);
	const found = { properties: {}, required: new Set(schema.required ?? []) };

	if (depth < DEEPEST)
		for (const part of schema.allOf ?? []) {
			const more = membersOf(doc, part, depth + 1);

			Object.assign(found.properties, more.properties);
			more.required.forEach(name => found.required.add(name));
		}
	Object.assign(found.properties, schema.properties);
	return found;
}

/* The schema whose members are worth showing below a member: its own, or that of its items. */
function inner(doc, node) {
	let schema = doc.follow(node);

	for (let depth = 0; depth < 3 && schema.items && !schema.properties; depth++)
		schema = doc.follow(schema.items);
	return schema;
}

function hasParts(schema) {
	return typeof schema === 'object' && (schema.properties || schema.allOf || schema.oneOf || schema.anyOf);
}

function member(doc, name, node, isRequired, depth) {
	const schema = doc.follow(node);
	const below = inner(doc, node);
	const head = [h('code', { class: 'name' }, name), h('span', { class: 'type' }, typeText(doc, node)),
		isRequired ? h('span', { class: 'required' }, 'required') : null, constraintList(doc, node),
		schema.description ? h('span', { class: 'says' }, inline(String(schema.description).slice(0, 2000))) : null];

	if (!hasParts(below) || depth >= DEEPEST)
		return h('li', null, head);
	/* What is within comes into being when it is opened: schemas may hold themselves. */
	const fold = h('details', { toggle: () => {
		if (fold.open && fold.childElementCount === 1)
			fold.append(schemaView(doc, below, depth + 1));
	} }, h('summary', null, 'members'));

	return h('li', null, head, fold);
}

/* A schema as a list of its members; with alternatives where it has some. */
export function schemaView(doc, node, depth = 0) {
	const schema = doc.follow(node);
	const { properties, required } = membersOf(doc, node);
	const names = Object.keys(properties);
	const parts = [];

	if (!names.length && schema.items && hasParts(inner(doc, node)))
		parts.push(h('p', null, h('span', { class: 'type' }, typeText(doc, node)), constraintList(doc, node) ?? ''));
	if (names.length)
		parts.push(h('ul', { class: 'members' }, names.map(name => member(doc, name, properties[name], required.has(name), depth))));
	for (const word of ['oneOf', 'anyOf'])
		if (Array.isArray(schema[word]))
			parts.push(h('p', { class: 'dim' }, word === 'oneOf' ? 'One of' : 'Any of'),
				h('ul', { class: 'members' }, schema[word].slice(0, 30).map((one, i) => member(doc, nameOf(one) || `${i + 1}`, one, false, depth))));
	if (!names.length && !schema.oneOf && !schema.anyOf && schema.items && hasParts(inner(doc, node)))
		parts.push(schemaView(doc, inner(doc, node), depth + 1));
	if (!parts.length)
		parts.push(h('p', null, h('span', { class: 'type' }, typeText(doc, node)), ' ', constraintList(doc, node) ?? ''));
	if (depth === 0 && schema.description && !names.length)
		parts.push(markdown(schema.description));
	return h('div', { class: 'schema' }, parts);
}

/* ---- Values ---- */

const TEXTS = {
	'date-time': '2026-01-08T12:00:00Z', date: '2026-01-08', time: '12:00:00Z', email: 'somebody@example.com', uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
	uri: 'https://example.com/', hostname: 'example.com', ipv4: '192.0.2.1', ipv6: '2001:db8::1', password: 'correct horse battery', byte: 'aGk=',
};

function sampleText(schema) {
	const text = TEXTS[schema.format] ?? 'text';

	return (schema.minLength ?? 0) > text.length ? text.padEnd(Math.min(schema.minLength, 200), 'x') : text.slice(0, schema.maxLength ?? text.length);
}

function sampleNumber(schema) {
	const step = schema.multipleOf ?? 1;
	const least = schema.minimum ?? (typeof schema.exclusiveMinimum === 'number' ? schema.exclusiveMinimum + step : Math.min(1, schema.maximum ?? 1));

	return Math.ceil(least / step) * step;
}

/* A value that a client might send: the author's own example where there is one. */
export function sample(doc, node, depth = 0) {
	const schema = doc.follow(node);

	if (typeof schema === 'boolean' || depth > DEEPEST)
		return null;
	if ('example' in schema)
		return schema.example;
	if (Array.isArray(schema.examples) && schema.examples.length)
		return schema.examples[0];
	for (const word of ['default', 'const'])
		if (word in schema)
			return schema[word];
	if (schema.enum?.length)
		return schema.enum[0];
	for (const word of ['oneOf', 'anyOf'])
		if (schema[word]?.length && !schema.properties)
			return sample(doc, schema[word][0], depth + 1);
	const type = [...typesOf(schema), ...guessed(schema), schema.allOf ? 'object' : 'null'].find(one => one !== 'null');

	switch (type) {
	case 'object': return sampleObject(doc, node, depth);
	case 'array': return schema.items && (schema.minItems ?? 0) < 2 ? [sample(doc, schema.items, depth + 1)] : [];
	case 'string': return sampleText(schema);
	case 'integer': return Math.round(sampleNumber(schema));
	case 'number': return sampleNumber(schema);
	case 'boolean': return true;
	default: return null;
	}
}

function sampleObject(doc, node, depth) {
	const { properties, required } = membersOf(doc, node);
	const value = {};

	for (const [name, property] of Object.entries(properties)) {
		const schema = doc.follow(property);

		if (!schema.readOnly && (required.has(name) || depth === 0 || 'example' in schema))
			value[name] = sample(doc, property, depth + 1);
	}
	return value;
}

/* The example of a media type, or one that its schema lets through, as text. */
export function mediaExample(doc, name, media) {
	const [first] = Object.values(media.examples ?? {});
	const value = 'example' in media ? media.example : first ? doc.follow(first).value : sample(doc, media.schema ?? {});

	if (typeof value === 'string' && !/json/.test(name))
		return value;
	return value === undefined || value === null ? '' : JSON.stringify(value, null, 2);
}
