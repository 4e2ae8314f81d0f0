// Command build makes the gazetteer that the places package embeds from
// unpacked source packages. Its argument is a folder in which each package
// lies under its own name; sources.go lists them with version and licence, and
// doc/places.md has the commands that fetch and unpack them.
//
//	go run ./internal/process/places/gazetteer/build -from DIR -to internal/process/places/gazetteer/world.bin
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"entente/internal/process/places"
)

func main() {
	from := flag.String("from", "", "folder of unpacked packages")
	to := flag.String("to", "", "file to write")
	flag.Parse()
	if *from == "" || *to == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(3)
	}
}

// run reads every package and writes the gazetteer.
func run(from, to string) error {
	w := &world{dir: from, byGeonames: map[int]*place{}}
	for _, step := range []func() error{w.readCountries, w.readSubdivisions, w.readCities, w.readTranslations, w.readCountryNames, w.readCountryPoints, w.readSubdivisionNames, w.readOutlines, w.readAreaPoints, w.readCapitals, w.readRegions} {
		if err := step(); err != nil {
			return err
		}
	}
	entries := w.entries()
	f, err := os.Create(filepath.Clean(to))
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(f, 1<<20)
	if err := places.Write(b, entries, nil, sources); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	if err := w.writeWords(filepath.Join(filepath.Dir(to), "english.txt"), entries); err != nil {
		return err
	}
	fmt.Printf("%d places\n", len(entries))
	return f.Close()
}
