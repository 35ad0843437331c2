// A second opinion on JSON Schema: does @hyperjump/json-schema come to the verdicts of Statute?
//
//   node verdicts.mjs PACKAGES PROGRAM KNOWN FOLDER...
//
// PROGRAM (verdicts.c) says what Statute thinks of every pair of schema and instance in the
// folders. Where one of the two refuses the schema there is nothing to compare; that is counted.
// KNOWN lists where they may differ and why: a pattern, a tab, a reason. Any other difference is an error.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [packages, program, known_path, ...folders] = process.argv.slice(2);
const require = createRequire(join(resolve(packages), "any.js"));
const at = pathToFileURL(require.resolve("@hyperjump/json-schema/draft-2020-12"));
const { registerSchema, unregisterSchema, validate } = await import(at);
const known = readFileSync(known_path, "utf8").split("\n")
	.filter((line) => line && !line.startsWith("#"))
	.map((line) => new RegExp(line.split("\t", 1)[0]));
const uri = "https://fuzz.test/s";
const dialect = "https://json-schema.org/draft/2020-12/schema";

async function opinion(schema, instance) {
	try {
		registerSchema(schema, uri, dialect);
		return (await validate(uri, instance)).valid ? "valid" : "invalid";
	} catch (error) {
		return "refused";
	} finally {
		unregisterSchema(uri);
	}
}

function* pairs(folder) {
	const lines = execFileSync(program, [folder], { encoding: "utf8", maxBuffer: 1 << 28 }).split("\n");
	for (const line of lines.filter((line) => line)) {
		const [name, verdict] = line.split("\t");
		const text = readFileSync(join(folder, name), "utf8"), cut = text.indexOf("\n");
		yield { name, verdict, text, schema: JSON.parse(text.slice(0, cut)), instance: JSON.parse(text.slice(cut + 1)) };
	}
}

const count = { same: 0, refused: 0, refused_by_statute: 0, refused_by_other: 0, unknown: 0, known: 0, different: 0 };
for (const folder of folders) {
	for (const { name, verdict, text, schema, instance } of pairs(folder)) {
		if (verdict === "unknown") { // a pattern that would keep the other one busy for minutes
			count.unknown++;
			continue;
		}
		const other = await opinion(schema, instance);
		if (verdict === "refused" || other === "refused") {
			count[verdict !== "refused" ? "refused_by_other" : other !== "refused" ? "refused_by_statute" : "refused"]++;
		} else if (verdict === other) {
			count.same++;
		} else if (known.some((pattern) => pattern.test(text))) {
			count.known++;
		} else {
			count.different++;
			console.log(`${join(folder, name)}: ${verdict}, but ${other} to the other reader`);
		}
	}
}
console.log(`${count.same} verdicts are the same, ${count.different} differ, ${count.known} differ as known;`,
	`schemas refused: ${count.refused} by both, ${count.refused_by_statute} by Statute alone,`,
	`${count.refused_by_other} by the other alone; ${count.unknown} cost too much to know`);
process.exit(count.different ? 1 : 0);
