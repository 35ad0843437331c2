// The peer of validate.c: JSON.parse and a schema compiled by ajv.
//   node validate.mjs SCHEMA SECONDS FOLDER_OF_AJV	prints users a second
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [schemaFile, seconds, folder] = process.argv.slice(2);
const Ajv = createRequire(`${folder}/`)("ajv/dist/2020").default;
const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(schemaFile, "utf8")));

const texts = Array.from({ length: 64 }, (_, i) =>
  `{"email": "person${i}@example.com", "name": "Person number ${i}", "age": ${20 + i}, ` +
  `"role": "${["user", "editor", "admin"][i % 3]}", "active": ${i % 2 === 0}, "score": ${i}.25}`);

function run(until) {
  let users = 0;
  while (performance.now() < until) {
    for (const text of texts)
      if (!validate(JSON.parse(text)))
        throw new Error("a user that should fit does not");
    users += texts.length;
  }
  return users;
}

run(performance.now() + 1000); // until the code is compiled
const start = performance.now();
const users = run(start + seconds * 1000);
console.log((users * 1000 / (performance.now() - start)).toFixed(0));
