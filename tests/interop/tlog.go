// SPDX-License-Identifier: Apache-2.0

// usage: tlog EXPORT VKEY [EARLIER]
//
// Verifies an export with golang.org/x/mod/sumdb alone, the verifier of Go's
// checksum database, unmodified: the checkpoint's signature, that the tree
// continues the one of the checkpoint in the file EARLIER, and each entry.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "tlog: %s: %v\n", what, err)
		os.Exit(1)
	}
}

// files reads tiles from an export. Go's own paths name the height, 8, and
// call entries data.
type files string

func (f files) Height() int                         { return 8 }
func (f files) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
		path = strings.Replace(path, "tile/data/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func open(path string, keys note.Verifiers, origin string) tlog.Tree {
	text, err := os.ReadFile(path)
	must(err, "checkpoint")
	n, err := note.Open(text, keys)
	must(err, "checkpoint")
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		must(fmt.Errorf("three lines and the origin %s expected", origin), "checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, "size")
	root, err := tlog.ParseHash(lines[2])
	must(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

// entries takes a bundle apart.
func entries(bundle []byte) (all [][]byte) {
	for len(bundle) > 0 {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			must(fmt.Errorf("cut off"), "bundle")
		}
		n := int(binary.BigEndian.Uint16(bundle))
		all = append(all, bundle[2:2+n])
		bundle = bundle[2+n:]
	}
	return all
}

func main() {
	folder := files(os.Args[1])
	key, err := note.NewVerifier(os.Args[2])
	must(err, "key")
	keys := note.VerifierList(key)
	tree := open(filepath.Join(os.Args[1], "checkpoint"), keys, key.Name())
	hashes := tlog.TileHashReader(tree, folder)
	if len(os.Args) > 3 {
		earlier := open(os.Args[3], keys, key.Name())
		proof, err := tlog.ProveTree(tree.N, earlier.N, hashes)
		must(err, "consistency")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash), "consistency")
	}
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: -1, N: first / 256, W: int(width)}
		data, err := folder.ReadTiles([]tlog.Tile{tile})
		must(err, "bundle")
		all := entries(data[0])
		if int64(len(all)) != width {
			must(fmt.Errorf("%d entries, not %d", len(all), width), "bundle")
		}
		for i, entry := range all {
			index := first + int64(i)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			must(err, fmt.Sprintf("entry %d", index))
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)),
				fmt.Sprintf("entry %d", index))
		}
	}
	fmt.Printf("%d entries\n", tree.N)
}
