// SPDX-License-Identifier: Apache-2.0
//
//	node cedar.mjs FOLDER ROUNDS
//
// Nanoseconds for "grant or not" by Cedar's wasm build, its boundary included.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const cedar = require('@cedar-policy/cedar-wasm/nodejs');
const [folder, rounds] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8'));
const policies = readFileSync(`${folder}/model.cedar`, 'utf8');
const grant = /grant is (c\d+)/.exec(policies)[1];
const parsed = cedar.preparsePolicySet('permit', { staticPolicies: policies });

if (parsed.type !== 'success')
	throw new Error(JSON.stringify(parsed));

function granted(context) {
	const answer = cedar.statefulIsAuthorized({
		principal: { type: 'Person', id: 'p' },
		action: { type: 'Action', id: 'permit' },
		resource: { type: 'Country', id: 'c' },
		context,
		preparsedPolicySetId: 'permit',
		entities: [],
	});

	if (answer.type !== 'success' || answer.response.diagnostics.errors.length > 0)
		throw new Error(JSON.stringify(answer));
	return answer.response.decision === 'allow';
}

for (const { context, outcome } of cases.slice(0, 500))
	if (granted(context) !== (outcome === grant))
		throw new Error(`Cedar differs on ${JSON.stringify(context)}`);
const times = [];
for (let round = 0; round < Number(rounds); round++) {
	const begun = process.hrtime.bigint();

	for (const { context } of cases.slice(0, 300))
		granted(context);
	times.push(Number(process.hrtime.bigint() - begun) / Math.min(300, cases.length));
}
times.sort((a, b) => a - b);
console.log(`Cedar ${times[Math.floor(times.length / 2)].toFixed(1)}`);
