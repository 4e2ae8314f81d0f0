package main

import (
	"context"
	"path/filepath"

	"entente/bench/texts"
)

// textFigures measures the readers of texts. Bars hold for speed; quality is
// shown for each language and split.
func textFigures(ctx context.Context, r *run) ([]figure, error) {
	var out []figure
	cases, err := texts.Corpus(filepath.Join("internal", "process", "read", "testdata", "corpus.txtar"))
	if err != nil {
		return nil, err
	}
	quality, err := texts.Quality(cases)
	if err != nil {
		return nil, err
	}
	for _, q := range quality {
		name := "texts: " + q.Name + " " + q.Language + " [" + q.Split + "]"
		out = append(out, shown(name, q.Recall(), "recall").noted("precision %.3f, n=%d", q.Precision(), q.Gold))
	}
	news, err := texts.Reports(r.data)
	if err != nil {
		return append(out, absent("texts: reports of 3 KB read", err)), nil
	}
	alone, all, err := texts.Speed(news)
	if err != nil {
		return out, err
	}
	return append(out, least("texts: reports of 3 KB read, one core", all, "1/s", 300).noted("without places %.0f", alone)), nil
}
