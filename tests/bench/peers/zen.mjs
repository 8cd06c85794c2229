// SPDX-License-Identifier: Apache-2.0
//
//	node zen.mjs FOLDER ROUNDS
//
// Nanoseconds for one outcome by zen-engine, its boundary to JavaScript included.
import { readFileSync } from 'node:fs';
import { ZenEngine } from '@gorules/zen-engine';

const [folder, rounds] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8'));
const graph = readFileSync(`${folder}/model.zen.json`);
const outcome = JSON.parse(readFileSync(`${folder}/outcome.json`, 'utf8'));
const decision = new ZenEngine().createDecision(graph);

async function decide(context) {
	const { result } = await decision.evaluate(context);

	return result[outcome.table][outcome.output];
}

for (const { context, outcome: expected } of cases.slice(0, 500)) {
	const got = await decide(context);

	if (got !== expected)
		throw new Error(`zen-engine says ${got} and not ${expected} of ${JSON.stringify(context)}`);
}
const times = [];
for (let round = 0; round < Number(rounds); round++) {
	const begun = process.hrtime.bigint();

	for (const { context } of cases.slice(0, 2000))
		await decide(context);
	times.push(Number(process.hrtime.bigint() - begun) / Math.min(2000, cases.length));
}
times.sort((a, b) => a - b);
console.log(`zen-engine ${times[Math.floor(times.length / 2)].toFixed(1)}`);
