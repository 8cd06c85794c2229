// SPDX-License-Identifier: Apache-2.0
//
// usage: node atlas.mjs ATLAS.json CARDS.json PAGE.html
//
// Sums up anew, from the cards of the same files, what the atlas says in JSON and
// on its page. Prints what differs, and ends with 1 then.
import { readFileSync } from "node:fs";

const [atlas, cards] = process.argv.slice(2, 4).map((f) => JSON.parse(readFileSync(f)));
const page = readFileSync(process.argv[4], "utf8");
let wrong = 0;

function same(what, is, should) {
	if (JSON.stringify(is) === JSON.stringify(should))
		return;
	console.log(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
	wrong = 1;
}

function group(card) {
	return card.analysis ? "analysis" : card.jurisdiction === "ZZ" ? "model" : "law";
}

const groups = ["law", "model", "analysis"];
const order = (card) => [groups.indexOf(group(card)), card.jurisdiction, card.policy,
	card.in_force_from, card.edition].join("\n");
const sorted = cards.cards.sort((a, b) => (order(a) < order(b) ? -1 : 1));

same("cards", atlas.editions.map((e) => e.card), sorted);

const verdicts = (card) => card.answers.map((a) => a.verdict);
const units = { D: 1 / 30, M: 1, Y: 12 };
const counts = sorted[0].answers.map((a) => ({ name: a.name, yes: 0, "in part": 0, no: 0,
	"not said": 0 }));

atlas.editions.forEach((e, i) => {
	const name = `${e.card.policy} ${e.card.edition}`;
	const of = (j) => (group(sorted[j] ?? {}) === e.group &&
		sorted[j]?.policy === e.card.policy ? sorted[j] : undefined);
	const before = of(i - 1);
	const [, n, unit] = e.card.path.waits[0]?.after.match(/^P(\d+)([DMY])$/) ?? [];
	const latest = of(i + 1) === undefined;

	same(`${name}: group`, e.group, group(e.card));
	same(`${name}: latest`, e.latest, latest);
	same(`${name}: changed`, e.changed.filter((c) => c !== "path"),
		before === undefined ? [] : e.card.answers
			.filter((a, line) => a.verdict !== before.answers[line].verdict)
			.map((a) => a.name));
	same(`${name}: path changed`, e.changed.includes("path"),
		before !== undefined && atlas.editions[i - 1].path !== e.path);
	same(`${name}: months`, e.path_months,
		n === undefined ? null : Math.floor(n * units[unit]));
	same(`${name}: dead ends`, e.dead_ends === "some", e.card.answers.some((a) =>
		a.points.some((p) => p.theorem === "path-no-dead-end" && p.mark === "shown")));
	if (e.group === "law" && latest)
		verdicts(e.card).forEach((v, line) => counts[line][v]++);
});
same("counts", atlas.counts, counts);

// Cells of the page, by the card that they lead to: once side by side where the
// edition is the latest, once over time where it has a history.
const cells = new Map();
for (const [, id, word] of page.matchAll(
	/<td(?: class="changed")?><a href="#(c\d+-[a-z-]+)"><span class="verdict[^>]*><span[^>]*>[^<]*<\/span> ([^<]*)</g))
	cells.set(id, [...(cells.get(id) ?? []), word.toLowerCase()]);
atlas.editions.forEach((e, i) => {
	const family = atlas.editions.filter((o) => o.group === e.group &&
		o.card.policy === e.card.policy).length;
	const times = e.latest + (e.group !== "analysis" && family > 1);

	e.card.answers.forEach((a) => same(`c${i + 1}-${a.name}`,
		cells.get(`c${i + 1}-${a.name}`) ?? [], Array(times).fill(a.verdict)));
});
same("framed cells", [...page.matchAll(/<td class="changed">/g)].length,
	atlas.editions.filter((e) => e.group !== "analysis")
		.reduce((n, e) => n + e.changed.length, 0));
process.exit(wrong);
