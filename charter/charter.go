package charter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"entente/label"
)

// Version is the format of the founding file that this code writes and reads.
const Version = 1

const (
	// MinMembers and MaxMembers bound a centre; MaxMembers bounds slots too.
	MinMembers = 2
	MaxMembers = 16

	// MaxPayload is the longest payload of a public leaf: the largest size
	// class without the length (spec/envelope.md). A founding file must fit
	// into a genesis, so it is shorter than that.
	MaxPayload = 65536 - 4
)

// Charter is the JSON object of the founding file: what all members signed
// (spec/charter.md). Every field stands in the text; [New] gives those for
// which the specification names a usual value. Values that came out of
// [ParseFounding] are shared and must not be changed.
type Charter struct {
	V       int           `json:"v"`
	Name    string        `json:"name"`    // 1-200 bytes
	Founded label.Instant `json:"founded"` // epoch 0 begins here
	Scope   []Purpose     `json:"scope"`
	// Members in rising order of ids.
	Members []Member `json:"members"`
	// Leads is the order of the lead, each member once.
	Leads []label.MemberID `json:"leads"`
	// TermDays is the length of a lead's term, 1-366.
	TermDays int `json:"term_days"`
	// EpochDays is the length of a key epoch, 1-92.
	EpochDays int `json:"epoch_days"`
	// GraceDays is how long keys of a closed epoch, and deleted bodies in
	// backups, may linger, 0-92.
	GraceDays int `json:"grace_days"`
	// WindowDays is how long a node keeps bodies it cannot open, 1-366.
	WindowDays int `json:"window_days"`
	// Slots of a key packet: at least the number of members, at most 16.
	Slots int `json:"slots"`
	// MergeDelaySeconds: an announced header missing from the log for longer
	// than this is withheld, 1-86400.
	MergeDelaySeconds int `json:"merge_delay_s"`
	// CoarseSeconds is the granularity of a header's claimed time, 1-3600.
	CoarseSeconds int `json:"coarse_s"`
	// ReceiptSeconds is the interval of cumulative receipts, 1-86400.
	ReceiptSeconds int `json:"receipt_s"`
	// FillViews: each release leaves as n-1 envelopes.
	FillViews bool `json:"fill_views"`
	// AllSets: up to this many members, packets for every recipient set are
	// published at the start of an epoch, 0-6.
	AllSets int `json:"all_sets"`
	// SecondPersonAbove is a class of the common policy; acts above it need a
	// second person even where nothing is released.
	SecondPersonAbove label.Class `json:"second_person_above"`
	Quotas            Quotas      `json:"quotas"`
	Reduction         Reduction   `json:"reduction"`
	// Policies are the classification policies, their equivalences and which
	// of them is the common one (spec/label.md).
	Policies Policies `json:"policies"`
}

// Member is a founding member.
type Member struct {
	ID   label.MemberID `json:"id"`
	Name string         `json:"name"` // 1-200 bytes
	Root PublicKey      `json:"root"`
	// Keys is the member's first key certificate, a signed note.
	Keys string `json:"keys"`
}

// MarshalText renders the key in base64.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a key as ParsePublicKey does.
func (k *PublicKey) UnmarshalText(text []byte) error {
	v, err := ParsePublicKey(string(text))
	if err != nil {
		return err
	}
	*k = v
	return nil
}

// Quotas limit what one originator may hand in (spec/quotas.md). What is over
// them is refused, and never invalid.
type Quotas struct {
	LeavesPerMinute  int64 `json:"leaves_per_minute"` // 60-10,000,000
	BytesPerMinute   int64 `json:"bytes_per_minute"`  // of bodies: 1 MiB - 1 TiB
	PacketsPerEpoch  int64 `json:"packets_per_epoch"` // 64-65,536
	AttachmentBytes  int64 `json:"attachment_bytes"`  // of one: 0 - 100 MiB
	AttachmentsTotal int64 `json:"attachments_total"` // kept: 0 - 16 TiB
}

// Reduction is how coarse and how late a place and a time of any person or
// group may be at best (rule 3). A charter may be stricter, never finer.
type Reduction struct {
	CellKM int `json:"cell_km"` // 10-1000
	DelayH int `json:"delay_h"` // 24-8760
}

// New returns a charter with the usual values of spec/charter.md in every
// field that has one: all but Name, Founded, Members, Leads,
// SecondPersonAbove and Policies.
func New() *Charter {
	return &Charter{
		V: Version, Scope: Purposes(),
		TermDays: 90, EpochDays: 30, GraceDays: 14, WindowDays: 35,
		Slots: 8, MergeDelaySeconds: 60, CoarseSeconds: 60, ReceiptSeconds: 10,
		FillViews: true, AllSets: 5,
		Quotas: Quotas{
			LeavesPerMinute: 600_000, BytesPerMinute: 2 << 30, PacketsPerEpoch: 4096,
			AttachmentBytes: 100 << 20, AttachmentsTotal: 64 << 30,
		},
		Reduction: Reduction{CellKM: 10, DelayH: 24},
	}
}

// Text returns the exact bytes that the members sign: the JSON object in the
// field order of spec/charter.md, and a newline. It refuses what
// [ParseFounding] would refuse, signatures of the founding file apart.
func (c *Charter) Text() ([]byte, error) {
	draft := *c
	if draft.Policies.Equivalences == nil {
		draft.Policies.Equivalences = []label.Equivalence{} // [] in the text, never null
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(&draft); err != nil {
		return nil, fmt.Errorf("founding file: %w: %w", ErrSyntax, err)
	}
	// What is signed is what a reader of these bytes will see.
	if _, _, err := parseText(b.Bytes()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// parseText reads and validates the text of a founding file and returns the
// certificates in it, in the order of the members.
func parseText(text []byte) (*Charter, []KeyCertificate, error) {
	if len(text) > MaxPayload {
		return nil, nil, fmt.Errorf("founding file: %w: %d bytes, at most %d", ErrSyntax, len(text), MaxPayload)
	}
	if !bytes.HasPrefix(text, []byte("{")) || !bytes.HasSuffix(text, []byte("}\n")) {
		return nil, nil, fmt.Errorf("founding file: %w: the text is one JSON object and a newline", ErrSyntax)
	}
	if err := checkVersion(text); err != nil {
		return nil, nil, fmt.Errorf("founding file: %w", err)
	}
	c := new(Charter)
	if err := decodeStrict(text, c); err != nil {
		return nil, nil, fmt.Errorf("founding file: %w", err)
	}
	certs, err := c.validate()
	if err != nil {
		return nil, nil, fmt.Errorf("founding file: %w", err)
	}
	return c, certs, nil
}

// checkVersion looks at "v" alone, so that a newer format is called unknown
// and not malformed.
func checkVersion(text []byte) error {
	var v struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(text, &v); err == nil && v.V > Version {
		return fmt.Errorf("%w: format %d; this node knows %d, use a newer one", ErrVersion, v.V, Version)
	}
	return nil
}

func (c *Charter) validate() ([]KeyCertificate, error) {
	if c.V != Version {
		return nil, fmt.Errorf("%w: v is %d, expected %d", ErrSyntax, c.V, Version)
	}
	if err := checkName("name", c.Name); err != nil {
		return nil, err
	}
	if c.Founded.IsAbsent() {
		return nil, fmt.Errorf("%w: founded is missing", ErrSyntax)
	}
	if err := checkScope(c.Scope); err != nil {
		return nil, err
	}
	certs, err := c.checkMembers()
	if err != nil {
		return nil, err
	}
	n := int64(len(c.Members))
	for _, b := range []struct {
		name       string
		value      int64
		low, upper int64
	}{
		{"term_days", int64(c.TermDays), 1, 366},
		{"epoch_days", int64(c.EpochDays), 1, 92},
		{"grace_days", int64(c.GraceDays), 0, 92},
		{"window_days", int64(c.WindowDays), 1, 366},
		{"slots", int64(c.Slots), n, MaxMembers},
		{"merge_delay_s", int64(c.MergeDelaySeconds), 1, 86400},
		{"coarse_s", int64(c.CoarseSeconds), 1, 3600},
		{"receipt_s", int64(c.ReceiptSeconds), 1, 86400},
		{"all_sets", int64(c.AllSets), 0, 6},
		{"quotas/leaves_per_minute", c.Quotas.LeavesPerMinute, 60, 10_000_000},
		{"quotas/bytes_per_minute", c.Quotas.BytesPerMinute, 1 << 20, 1 << 40},
		{"quotas/packets_per_epoch", c.Quotas.PacketsPerEpoch, 64, 65536},
		{"quotas/attachment_bytes", c.Quotas.AttachmentBytes, 0, 100 << 20},
		{"quotas/attachments_total", c.Quotas.AttachmentsTotal, 0, 1 << 44},
	} {
		if b.value < b.low || b.value > b.upper {
			return nil, fmt.Errorf("%w: %s is %d; it lies in %d to %d", ErrSyntax, b.name, b.value, b.low, b.upper)
		}
	}
	if r := c.Reduction; r.CellKM < 10 || r.CellKM > 1000 || r.DelayH < 24 || r.DelayH > 8760 {
		return nil, fmt.Errorf("%w: reduction %d km and %d h; cell_km lies in 10 to 1000, delay_h in 24 to 8760 (rule 3)",
			ErrSyntax, r.CellKM, r.DelayH)
	}
	if err := c.checkPolicies(); err != nil {
		return nil, err
	}
	return certs, nil
}

// checkMembers validates members, their certificates and the order of leads.
func (c *Charter) checkMembers() ([]KeyCertificate, error) {
	if n := len(c.Members); n < MinMembers || n > MaxMembers {
		return nil, fmt.Errorf("%w: %d members; a centre has %d to %d", ErrSyntax, n, MinMembers, MaxMembers)
	}
	certs := make([]KeyCertificate, len(c.Members))
	owner := make(map[PublicKey]string)
	for i, m := range c.Members {
		if i > 0 && m.ID <= c.Members[i-1].ID {
			if m.ID == c.Members[i-1].ID {
				return nil, fmt.Errorf("%w: member %s stands twice", ErrSyntax, m.ID)
			}
			return nil, fmt.Errorf("%w: member %s after %s; members stand in order of ids", ErrSyntax, m.ID, c.Members[i-1].ID)
		}
		if err := checkName("name of "+string(m.ID), m.Name); err != nil {
			return nil, err
		}
		cert, err := OpenKeyCertificate([]byte(m.Keys), Hash{}, m.ID, m.Root)
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", m.ID, err)
		}
		certs[i] = *cert
		claim := func(k PublicKey, what string) error {
			if prior, ok := owner[k]; ok {
				return fmt.Errorf("%w: %s and %s are the same; every key is its own", ErrKey, prior, what)
			}
			owner[k] = what
			return nil
		}
		if err := claim(m.Root, "root of "+string(m.ID)); err != nil {
			return nil, err
		}
		for j, k := range cert.Keys.list() {
			if err := claim(k, purposes[j]+" of "+string(m.ID)); err != nil {
				return nil, err
			}
		}
	}
	leads := slices.Clone(c.Leads)
	slices.Sort(leads)
	if !slices.EqualFunc(leads, c.Members, func(id label.MemberID, m Member) bool { return id == m.ID }) {
		return nil, fmt.Errorf("%w: leads %v; each member stands in it once", ErrSyntax, c.Leads)
	}
	return certs, nil
}

// checkName bounds a text that people will read, and keeps out of it what
// could make one name look like another.
func checkName(field, s string) error {
	if len(s) < 1 || len(s) > 200 {
		return fmt.Errorf("%w: %s has %d bytes; it has 1 to 200", ErrSyntax, field, len(s))
	}
	if strings.TrimSpace(s) != s {
		return fmt.Errorf("%w: %s begins or ends with a space", ErrSyntax, field)
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
			return fmt.Errorf("%w: %s holds the character %U; names hold no control characters", ErrSyntax, field, r)
		}
	}
	return nil
}

// Quorum is how many members' cosignatures make a head count, and how many
// promises end a term: floor(2n/3)+1 of n members. Fewer than a third may
// collude without being able to fork the log.
func Quorum(n int) int { return 2*n/3 + 1 }

// Quorum is that of the founding members.
func (c *Charter) Quorum() int { return Quorum(len(c.Members)) }

// Lead returns who leads in a term, counted from 1, as long as nothing later
// in the log changes it; "" for term 0.
func (c *Charter) Lead(term uint32) label.MemberID {
	if term == 0 {
		return ""
	}
	return c.Leads[(term-1)%uint32(len(c.Leads))]
}

const day = 24 * 60 * 60

// EpochOf returns the epoch in force at a log time, in Unix seconds. Times
// before the founding belong to epoch 0.
func (c *Charter) EpochOf(logTime int64) uint32 {
	since := logTime - int64(c.Founded)
	if since < 0 {
		return 0
	}
	return uint32(min(since/(int64(c.EpochDays)*day), 1<<32-1))
}

// EpochEnd returns the first second, in Unix time, after an epoch.
func (c *Charter) EpochEnd(epoch uint32) int64 {
	return int64(c.Founded) + (int64(epoch)+1)*int64(c.EpochDays)*day
}
