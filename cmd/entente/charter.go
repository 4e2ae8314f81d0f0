package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"entente/charter"
	"entente/internal/keyring"
	"entente/internal/plural"
	"entente/label"
)

// charterCmd drafts, signs and shows the founding file.
type charterCmd struct {
	Draft charterDraft `cmd:"" help:"Draft a founding file from the members' offers."`
	Sign  charterSign  `cmd:"" help:"Sign a founding file with a member's root key."`
	Merge charterMerge `cmd:"" help:"Join the signatures that members made at home."`
	Show  charterShow  `cmd:"" help:"Show a founding file: members, terms, fingerprint, whose signature is missing."`
}

type charterDraft struct {
	Offers            []string `arg:"" help:"The members' offers, of entente init keys." type:"existingfile"`
	Name              string   `required:"" help:"The centre's name."`
	Leads             []string `help:"Order of the lead; that of the offers without it." placeholder:"IRQ,IRN,RUS,SYR"`
	Founded           string   `help:"When it begins, RFC 3339; now without it." placeholder:"TIME"`
	Policy            string   `help:"Policies of classification as JSON, in the form of spec/label.md; those of the demonstration without it." type:"existingfile" placeholder:"FILE"`
	SecondPersonAbove string   `help:"Class above which a second person is needed for every act." default:"RESTRICTED"`
	TermDays          int      `help:"Length of a lead's term." default:"90"`
	Out               string   `help:"File to write; standard output without it." placeholder:"FILE"`
}

// Help gives an example.
func (charterDraft) Help() string {
	return "Example:\n\n    entente charter draft --name \"Centre of Baghdad\" --leads IRQ,IRN,RUS,SYR --out founding.txt irq.offer irn.offer rus.offer syr.offer"
}

// Run drafts.
func (c *charterDraft) Run(w *world) error {
	ch := charter.New()
	ch.Name = c.Name
	ch.TermDays = c.TermDays
	ch.SecondPersonAbove = label.Class(c.SecondPersonAbove)
	ch.Policies = charter.Policies{Common: "CENTRE", List: []label.Policy{label.DemonstrationPolicy()}}
	founded := time.Now().UTC().Truncate(time.Minute)
	if c.Founded != "" {
		var err error
		if founded, err = time.Parse(time.RFC3339, c.Founded); err != nil {
			return usage("--founded: %v; write it like 2026-01-31T00:00:00Z", err)
		}
	}
	at, ok := label.InstantOf(founded)
	if !ok {
		return usage("--founded: %s lies outside of the years 0001 to 9999", founded)
	}
	ch.Founded = at
	if c.Policy != "" {
		text, err := w.readFile(c.Policy, maxSmall)
		if err != nil {
			return err
		}
		ch.Policies = charter.Policies{}
		if err := json.Unmarshal(text, &ch.Policies); err != nil {
			return w.unreadable(c.Policy, err)
		}
	}
	for _, path := range c.Offers {
		m, err := w.readOffer(path)
		if err != nil {
			return err
		}
		ch.Members = append(ch.Members, *m)
		if len(c.Leads) == 0 {
			ch.Leads = append(ch.Leads, m.ID)
		}
	}
	for _, l := range c.Leads {
		ch.Leads = append(ch.Leads, label.MemberID(strings.TrimSpace(l)))
	}
	slices.SortFunc(ch.Members, func(a, b charter.Member) int { return strings.Compare(string(a.ID), string(b.ID)) })
	text, err := ch.Text()
	if err != nil {
		return err
	}
	return w.writeNew(c.Out, text, 0o644)
}

type charterSign struct {
	File string `arg:"" help:"The founding file, text or signed by some." type:"existingfile"`
	Root string `required:"" help:"The root key." type:"existingfile" placeholder:"FILE"`
	Out  string `help:"File to write; standard output without it." placeholder:"FILE"`
	passphrase
}

// Help gives an example.
func (charterSign) Help() string {
	return "Example:\n\n    entente charter sign founding.txt --root irq.root --out founding.irq\n\nRead the file first: this signature is the member's word for all of it."
}

// Run signs.
func (c *charterSign) Run(w *world) error {
	u, err := c.unlock(w, "passphrase of the root key", false)
	if err != nil {
		return err
	}
	defer u.Wipe()
	root, err := keyring.OpenRoot(c.Root, u)
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := w.readFile(c.File, maxSmall)
	if err != nil {
		return err
	}
	if file, err = root.SignFounding(file); err != nil {
		return err
	}
	return w.writeNew(c.Out, file, 0o644)
}

type charterMerge struct {
	Files []string `arg:"" help:"Founding files over one text." type:"existingfile"`
	Out   string   `help:"File to write; standard output without it." placeholder:"FILE"`
}

// Help gives an example.
func (charterMerge) Help() string {
	return "Example:\n\n    entente charter merge founding.irq founding.irn --out founding.note"
}

// Run merges.
func (c *charterMerge) Run(w *world) error {
	var files [][]byte
	for _, path := range c.Files {
		f, err := w.readFile(path, maxSmall)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	merged, err := charter.Merge(files...)
	if err != nil {
		return err
	}
	return w.writeNew(c.Out, merged, 0o644)
}

type charterShow struct {
	File string `arg:"" help:"The founding file." type:"existingfile"`
}

// Help gives an example.
func (charterShow) Help() string { return "Example:\n\n    entente charter show founding.note" }

// Run shows a founding file; one that lacks signatures is a finding.
func (c *charterShow) Run(w *world) error {
	file, err := w.readFile(c.File, maxSmall)
	if err != nil {
		return err
	}
	missing, err := charter.Missing(file)
	if err != nil {
		return w.unreadable(c.File, err)
	}
	if !missing.IsEmpty() {
		if err := w.answer(map[string]any{"missing": missing}, func() { w.printf("not yet signed by %s", missing) }); err != nil {
			return err
		}
		return errFindings
	}
	f, err := charter.ParseFounding(file)
	if err != nil {
		return w.unreadable(c.File, err)
	}
	ch := f.Charter()
	return w.answer(map[string]any{"fingerprint": f.Fingerprint(), "charter": ch}, func() {
		w.printf("%s, founded %s\nfingerprint %s\nleads in turn %v, %s each; quorum %d of %d", ch.Name, ch.Founded, f.Fingerprint(), ch.Leads, plural.Of(ch.TermDays, "day"), ch.Quorum(), len(ch.Members))
		for _, m := range ch.Members {
			w.printf("  %s  root %s  %s", m.ID, charter.Fingerprint(m.Root), m.Name)
		}
	})
}

// founding reads a founding file that everybody has signed.
func (w *world) founding(path string) (*charter.Founding, error) {
	file, err := w.readFile(path, maxSmall)
	if err != nil {
		return nil, err
	}
	f, err := charter.ParseFounding(file)
	return f, w.unreadable(path, err)
}
