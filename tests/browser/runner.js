/*
 * Runs tests in one headless Chromium and writes what came of each, a JSON object a line:
 * {"name": …, "ok": …, "why": …}. Each test gets fresh pages; whatever the console says, every
 * breach of a policy and every request to another host is kept for the last test.
 */
'use strict';

const PATIENCE = 20000;
const FLAGS = [
	'--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync',
];

class Browser {
	constructor(chrome, hosts) {
		this.chrome = chrome;
		this.hosts = hosts;
		this.complaints = [];
		this.contexts = new Map();
		this.pages = [];
	}

	/* Tests with the same options share it: making one is dear. */
	async context(options) {
		const name = JSON.stringify(options);

		if (!this.contexts.has(name)) {
			const context = await this.chrome.newContext({ viewport: { width: 1280, height: 800 }, ...options });

			context.setDefaultTimeout(PATIENCE);
			this.contexts.set(name, context);
		}
		return this.contexts.get(name);
	}

	/* A fresh page with the options of a context: viewport, colorScheme, javaScriptEnabled, … */
	async page(options = {}) {
		const page = await (await this.context(options)).newPage();

		this.pages.push(page);
		page.on('console', message => this.complaints.push(`console: ${message.text()}`));
		page.on('pageerror', error => this.complaints.push(`script: ${error.message}`));
		page.on('dialog', dialog => {
			this.complaints.push(`dialog: ${dialog.message()}`);
			dialog.dismiss();
		});
		page.on('response', response => {
			if (response.status() >= 400)
				this.complaints.push(`${response.status()}: ${response.url()}`);
		});
		page.on('request', request => {
			const url = new URL(request.url());

			if (url.protocol !== 'data:' && !this.hosts.includes(url.host))
				this.complaints.push(`another host: ${url}`);
		});
		await page.addInitScript(() => document.addEventListener('securitypolicyviolation',
			event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)));
		return page;
	}

	async closePages() {
		for (const page of this.pages.splice(0))
			await page.close();
	}
}

const tests = [];

function test(name, body) {
	tests.push({ name, body });
}

async function run(hosts) {
	const { chromium } = require('playwright-core');
	const chrome = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
	const browser = new Browser(chrome, hosts);

	try {
		for (const { name, body } of tests) {
			const began = Date.now();
			let why = '';

			try {
				await body(browser);
			} catch (error) {
				why = error.stack;
			}
			await browser.closePages();
			console.log(JSON.stringify({ name, ok: !why, why, ms: Date.now() - began }));
		}
	} finally {
		await chrome.close();
	}
}

function list() {
	for (const { name } of tests)
		console.log(name);
}

module.exports = { list, run, test };
