package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"entente/act"
	"entente/charter"
	"entente/internal/logcopy"
	"entente/internal/node"
	"entente/internal/store"
	"entente/internal/store/logdb"
	"entente/internal/web/api"
	"entente/seal"
)

// place is one byte of a label in the bytes of an act, and what it belongs to:
// the name of a field, its value, or what stands between.
type place struct {
	at    int
	class string
}

// labelPlaces returns every byte of every label in an act: those of its
// portions and that of the view.
func labelPlaces(raw []byte) ([]place, error) {
	var out []place
	name := []byte(`"label":`)
	for from := 0; ; {
		i := bytes.Index(raw[from:], name)
		if i < 0 {
			break
		}
		start := from + i + len(name)
		dec := json.NewDecoder(bytes.NewReader(raw[start:]))
		var whole json.RawMessage
		if err := dec.Decode(&whole); err != nil {
			return nil, fmt.Errorf("the label at byte %d: %w", start, err)
		}
		field, text, inText, naming := "", "", false, false
		depth, last := 0, byte(0) // last sign between texts
		for k, c := range whole {
			class := "between"
			switch {
			case inText && c == '"':
				if inText = false; naming {
					field = text
				}
			case inText && naming:
				class, text = "name of a field", text+string(c)
			case inText:
				class = "text of " + field
			case c == '"':
				inText, text, naming = true, "", depth == 1 && last != ':'
			default:
				last = c
				switch c {
				case '{', '[':
					depth++
				case '}', ']':
					depth--
				}
			}
			out = append(out, place{start + k, class})
		}
		from = start + len(whole)
	}
	if len(out) == 0 {
		return nil, errors.New("there is no label to change")
	}
	return out, nil
}

// ahead is how many bytes stand before an act in the body of its envelope: the
// nonce and the length (spec/envelope.md). What follows is a stream cipher's:
// a byte changed there is that byte of the act changed.
const ahead = 24 + 4

// relabelled changes every byte of every label in a view that RUS holds, one
// at a time. The act so changed is refused, or its portions are not those that
// were signed; and the body of its envelope no longer fits its header. Whoever
// changes the header along with it is refused by whoever verifies the log.
func (d *demo) relabelled(ctx context.Context) error {
	page, err := d.desks["RUS"]["an"].Reports(ctx, api.Find{Text: d.played.byName["crossing/4"].marker})
	if err != nil {
		return err
	}
	if len(page) != 1 {
		return fmt.Errorf("RUS finds %d reports", len(page))
	}
	raw, err := d.desks["RUS"]["an"].ReportAct(ctx, page[0].ID)
	if err != nil {
		return err
	}
	places, err := labelPlaces(raw)
	if err != nil {
		return err
	}
	if err := actsDiffer(raw, places); err != nil {
		return err
	}
	header, body, err := d.envelope(ctx, page[0].Index)
	if err != nil {
		return err
	}
	// One byte of each class goes on to those who verify the log; the program
	// that was written from the specification alone takes its time and gets one.
	asked := map[string]bool{}
	for _, p := range places {
		changed := bytes.Clone(body)
		changed[ahead+p.at] ^= 1
		if seal.CheckBody(header, changed) == nil {
			return fmt.Errorf("byte %d of the act (%s) can be changed in its envelope unseen", p.at, p.class)
		}
		if asked[p.class] {
			continue
		}
		asked[p.class] = true
		if err := d.refit(ctx, header, body, changed, len(asked) == 1); err != nil {
			return fmt.Errorf("byte %d of the act (%s): %w", p.at, p.class, err)
		}
	}
	if len(asked) < 5 {
		return fmt.Errorf("bytes of %d kinds alone were changed", len(asked))
	}
	return seal.CheckBody(header, body)
}

// actsDiffer wants an act with any byte of a label changed to be refused, or to
// hold another view or portion than was signed.
func actsDiffer(raw []byte, places []place) error {
	before, err := readAct(raw)
	if err != nil {
		return err
	}
	signed := map[act.ID]act.Digest{}
	for _, p := range before.Portions {
		signed[p.ID] = p.Digest
	}
	for _, p := range places {
		changed := bytes.Clone(raw)
		changed[p.at] ^= 1
		after, err := readAct(changed)
		if err != nil {
			continue // refused
		}
		same := bytes.Equal(mustLabel(after), mustLabel(before)) && len(after.Portions) == len(before.Portions)
		for _, q := range after.Portions {
			same = same && signed[q.ID] == q.Digest
		}
		if same {
			return fmt.Errorf("byte %d of the act (%s) can be changed, and it says the same", p.at, p.class)
		}
	}
	return nil
}

// mustLabel is the marking of the view as bytes; what was parsed has one.
func mustLabel(r *act.Report) []byte {
	raw, err := json.Marshal(r.Label)
	if err != nil {
		return nil
	}
	return raw
}

// envelope reads what RUS holds at an index of the log.
func (d *demo) envelope(ctx context.Context, index int64) (header, body []byte, err error) {
	log, err := logdb.Open(filepath.Join(d.house.configs["RUS"].Dir, node.FileLog), store.Options{})
	if err != nil {
		return nil, nil, err
	}
	defer log.Close()
	run, err := log.Read(ctx, index, index+1)
	if err != nil {
		return nil, nil, err
	}
	return bytes.Clone(run.Header(0)), bytes.Clone(run.Bodies[0]), nil
}

// refit puts the digest of a changed body into its header in a copy of the
// log, and wants the copy to be refused: by this program, and if asked by the
// one that was written from the specification alone.
func (d *demo) refit(ctx context.Context, header, body, changed []byte, outside bool) error {
	was, is := sha256.Sum256(body), sha256.Sum256(changed)
	at := bytes.Index(header, was[:])
	if at < 0 {
		return errors.New("the header does not hold the body's digest")
	}
	forged := bytes.Clone(header)
	copy(forged[at:], is[:])
	if err := seal.CheckBody(forged, changed); err != nil {
		return fmt.Errorf("the header was not refitted: %w", err)
	}
	return d.withCopy(ctx, "RUS", func(dir string, pinned charter.Hash) error {
		if err := putIn(dir, header, forged); err != nil {
			return err
		}
		if _, err := logcopy.Verify(os.DirFS(dir), &pinned, nil); err == nil {
			return errors.New("a copy of the log with the header refitted was taken for whole")
		}
		if !outside || !hasPython() {
			return nil
		}
		if ran, err := python(ctx, dir); ran && err == nil {
			return errors.New("the verifier written from the specification alone took the header refitted for whole")
		}
		return nil
	})
}

// putIn changes a header in the tiles of a copy of the log.
func putIn(dir string, header, forged []byte) error {
	found := false
	err := filepath.WalkDir(filepath.Join(dir, logcopy.DirLog), func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		i := bytes.Index(data, header)
		if i < 0 {
			return nil
		}
		found = true
		copy(data[i:], forged)
		return os.WriteFile(path, data, 0o600)
	})
	if err == nil && !found {
		err = errors.New("the copy of the log does not hold the header")
	}
	return err
}
