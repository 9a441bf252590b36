// Command tlog reads a log directory with the libraries of the Go checksum database and of transparency-dev:
// its checkpoint, its cosignatures, its tiles, and the proof of every record and from every older size.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	f_log "github.com/transparency-dev/formats/log"
	f_note "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type directory string

func (d directory) Height() int { return 8 }

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// tile/8/LEVEL/... there, tile/LEVEL/... here.
		data, err := os.ReadFile(filepath.Join(string(d), "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (d directory) bundle(index, width int64) [][]byte {
	tile := tlog.Tile{H: 8, L: 0, N: index, W: int(width)}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(string(d), path))
	check(err)
	var records [][]byte
	for len(data) > 0 {
		size := 2 + int(binary.BigEndian.Uint16(data))
		records = append(records, data[2:size])
		data = data[size:]
	}
	return records
}

type answer struct {
	Size        int64      `json:"size"`
	Root        string     `json:"root"`
	Cosigned    []string   `json:"cosigned"`
	Records     int        `json:"records"`
	Inclusion   [][]string `json:"inclusion"`
	Consistency [][]string `json:"consistency"`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func texts(hashes []tlog.Hash) []string {
	out := []string{}
	for _, hash := range hashes {
		out = append(out, hash.String())
	}
	return out
}

func main() {
	dir := directory(os.Args[1])
	data, err := os.ReadFile(filepath.Join(string(dir), "checkpoint"))
	check(err)
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	var witnesses []note.Verifier
	for _, vkey := range os.Args[3:] {
		witness, err := f_note.NewVerifierForCosignatureV1(vkey)
		check(err)
		witnesses = append(witnesses, witness)
	}
	checkpoint, _, opened, err := f_log.ParseCheckpoint(data, verifier.Name(), verifier, witnesses...)
	check(err)
	size := int64(checkpoint.Size)
	out := answer{Size: size, Root: base64.StdEncoding.EncodeToString(checkpoint.Hash)}
	for _, signature := range opened.Sigs[1:] {
		out.Cosigned = append(out.Cosigned, signature.Name)
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], checkpoint.Hash)
	hashes := tlog.TileHashReader(tree, dir)
	for start := int64(0); start < size; start += 256 {
		for _, record := range dir.bundle(start/256, min(256, size-start)) {
			id := int64(out.Records)
			proof, err := tlog.ProveRecord(size, id, hashes)
			check(err)
			check(tlog.CheckRecord(proof, size, tree.Hash, id, tlog.RecordHash(record)))
			out.Inclusion = append(out.Inclusion, texts(proof))
			out.Records++
		}
	}
	for old := int64(1); old <= size; old++ {
		proof, err := tlog.ProveTree(size, old, hashes)
		check(err)
		oldHash, err := tlog.TreeHash(old, hashes)
		check(err)
		check(tlog.CheckTree(proof, size, tree.Hash, old, oldHash))
		out.Consistency = append(out.Consistency, texts(proof))
	}
	var buffer bytes.Buffer
	check(json.NewEncoder(&buffer).Encode(out))
	os.Stdout.Write(buffer.Bytes())
}
