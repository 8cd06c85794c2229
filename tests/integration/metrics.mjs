// SPDX-License-Identifier: Apache-2.0
//
// usage: node metrics.mjs SOCKET
//
// Reads the daemon's metrics over HTTP and holds them to the rules of Prometheus'
// text format. Prints each sample, "name{labels} value", or what is wrong with them.
import http from "node:http";

function fail(message) {
	console.log(`wrong: ${message}`);
	process.exitCode = 1;
}

function check(text) {
	const families = new Map();
	const seen = new Set();
	let family;

	if (!text.endsWith("\n"))
		fail("the last line does not end");
	for (const line of text.split("\n").slice(0, -1)) {
		const help = line.match(/^# HELP ([a-z_]+) (.+)$/);
		const type = line.match(/^# TYPE ([a-z_]+) (counter|gauge|histogram)$/);
		const sample = line.match(/^([a-z_]+)(?:\{([a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*)\})? (\d+(?:\.\d+)?)$/);

		if (help) {
			if (families.has(help[1]))
				fail(`${help[1]} stands in two places`);
			family = { name: help[1], samples: [] };
			families.set(help[1], family);
		} else if (type) {
			if (family?.name !== type[1] || family.type)
				fail(`a type without its help: ${line}`);
			family.type = type[2];
		} else if (sample) {
			const [, name, labels = "", value] = sample;
			const base = family.type === "histogram"
				? name.replace(/_(bucket|sum|count)$/, "") : name;

			if (base !== family.name)
				fail(`${name} stands under ${family.name}`);
			if (family.type === "counter" && !name.endsWith("_total"))
				fail(`the counter ${name} is not called a total`);
			if (seen.has(name + labels))
				fail(`${name}{${labels}} is there twice`);
			seen.add(name + labels);
			family.samples.push({ name, labels, value: Number(value) });
			console.log(`${name}{${labels}} ${value}`);
		} else {
			fail(`no line of the format: ${line}`);
		}
	}
	for (const f of families.values())
		if (f.samples.length === 0)
			fail(`${f.name} has no sample`);
		else if (f.type === "histogram")
			checkHistogram(f);
}

// Buckets rise with their bounds, and the last of them is the count.
function checkHistogram(family) {
	const series = new Map();

	for (const { name, labels, value } of family.samples) {
		const of = labels.replace(/,?le="[^"]*"/, "");
		const bound = labels.match(/le="([^"]*)"/)?.[1];
		const s = series.get(of) ?? { last: -1, n: 0 };

		series.set(of, s);
		if (name.endsWith("_count") && (value !== s.n || s.last !== Infinity))
			fail(`${family.name}{${of}}: the count is not the last bucket`);
		if (!name.endsWith("_bucket"))
			continue;
		const le = bound === "+Inf" ? Infinity : Number(bound);

		if (!(le > s.last) || value < s.n)
			fail(`${family.name}{${of}}: buckets do not rise`);
		s.last = le;
		s.n = value;
	}
}

http.get({ socketPath: process.argv[2], path: "/metrics" }, (response) => {
	let text = "";

	if (response.statusCode !== 200 ||
	    response.headers["content-type"] !== "text/plain; version=0.0.4; charset=utf-8")
		fail(`status ${response.statusCode}, ${response.headers["content-type"]}`);
	response.on("data", (data) => { text += data; });
	response.on("end", () => check(text));
}).on("error", (error) => fail(error.message));
