package main

import (
	"os"
	"slices"
	"strings"

	"entente/internal/process/places"
)

// writeWords writes the common words of English, those that a dictionary has
// in lower case, that are names of places too.
func (w *world) writeWords(path string, entries []places.Entry) error {
	raw, err := os.ReadFile(w.path("wamerican-small", "usr", "share", "dict", "american-english-small"))
	if err != nil {
		return err
	}
	common := map[string]bool{}
	for word := range strings.Lines(string(raw)) {
		word = strings.TrimSpace(word)
		if len(word) > 2 && word == strings.ToLower(word) && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" {
			common[word] = true
		}
	}
	found := map[string]bool{}
	for _, e := range entries {
		for _, n := range append([]string{e.Name}, e.Names...) {
			if n = strings.ToLower(n); common[n] {
				found[n] = true
			}
		}
	}
	words := make([]string, 0, len(found))
	for n := range found {
		words = append(words, n)
	}
	slices.Sort(words)
	return os.WriteFile(path, []byte(strings.Join(words, "\n")+"\n"), 0o644)
}
