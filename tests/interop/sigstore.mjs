// SPDX-License-Identifier: Apache-2.0
//
// usage: node sigstore.mjs RECEIPT ENTRY VKEY
//
// Verifies a receipt with @sigstore/verify, unmodified: the checkpoint's
// signature, and that the entry stands in its tree. Its modules for that are
// not exported, hence the pinned version in package.json.
import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const modules = dirname(require.resolve("@sigstore/verify"));
const { verifyCheckpoint } = require(join(modules, "tlog/checkpoint.js"));
const { verifyMerkleInclusion } = require(join(modules, "tlog/merkle.js"));

const [receipt, entry, vkey] = process.argv.slice(2);
const text = readFileSync(receipt, "utf8");
const head = text.slice(0, text.indexOf("\n\n") + 1).split("\n").slice(0, -1);
const checkpoint = text.slice(text.indexOf("\n\n") + 2);
const [name, , ...rest] = vkey.trim().split("+");
const key = Buffer.from(rest.join("+"), "base64");
const id = createHash("sha256").update(`${name}\n`).update(key).digest();
const spki = Buffer.from("302a300506032b6570032100", "hex");

if (head[0] !== "c2sp.org/tlog-proof@v1" || !head[1].startsWith("index "))
	throw new Error("no receipt");
const log = {
	logID: id,
	publicKey: createPublicKey({
		key: Buffer.concat([spki, key.subarray(1)]),
		format: "der",
		type: "spki",
	}),
	baseURL: `https://${name}`,
};
const proof = {
	logIndex: head[1].slice("index ".length),
	treeSize: checkpoint.split("\n")[1],
	rootHash: Buffer.from(checkpoint.split("\n")[2], "base64"),
	hashes: head.slice(2).map((hash) => Buffer.from(hash, "base64")),
	checkpoint: { envelope: checkpoint },
};
const claim = { canonicalizedBody: readFileSync(entry), inclusionProof: proof };
verifyMerkleInclusion(claim, verifyCheckpoint(claim, [log]));
