package feed

import (
	"context"
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"

	"entente/internal/section"
	"entente/label"
	"entente/taxii"
)

// seats are the accounts of a moment with what each may see. It is read only.
type seats struct {
	accounts *section.Accounts
	by       map[string]*seat
	streams  []*stream
	kept     map[string]bool // collections that are in use, as they are kept
}

// seat is what one account may see.
type seat struct {
	account section.Account
	dir     *taxii.Directory
	// kept gives the collection as it is kept by the identifier that the
	// account knows it by; writable is its own.
	kept     map[string]string
	writable string
}

// Check says whether an account can have these rights, beside others, by an
// error that wraps ErrGrants.
func (f *Feed) Check(name, officer string, g Grants) error {
	if len(g.Read) == 0 && !g.Write {
		return fmt.Errorf("%w: it could neither read nor write; name a collection to read, or let it write", ErrGrants)
	}
	return mayHave(name, officer, g, f.o.Table, f.o.Self, f.o.Members, f.seats.Load().accounts.List())
}

func mayHave(name, officer string, g Grants, t *label.Table, self label.MemberID, members label.MemberSet, others []section.Account) error {
	j, err := g.judge(t, self)
	if err != nil {
		return err
	}
	switch {
	case name == Reports:
		return fmt.Errorf("%w: %q is the name of the collection of reports; choose another name", ErrGrants, name)
	case g.Members.IsEmpty() || !members.Includes(g.Members):
		return fmt.Errorf("%w: the members whose material it may have are some of %s (rule 31)", ErrGrants, members)
	case len(g.Read) > maxCaveats:
		return fmt.Errorf("%w: more than %d collections", ErrGrants, maxCaveats)
	case g.Write && officer == "":
		return fmt.Errorf("%w: rule 6: an officer answers for what it writes; name one", ErrGrants)
	case !g.Write && officer != "":
		return fmt.Errorf("%w: it writes nothing that the officer could answer for; let it write, or name no officer", ErrGrants)
	}
	for _, r := range g.Read {
		if r == Reports || r == name {
			continue
		}
		i := slices.IndexFunc(others, func(a section.Account) bool { return a.Name == r })
		if i < 0 || others[i].Officer == "" {
			return fmt.Errorf("%w: there is no collection %.64q; there are %q and those of accounts that write", ErrGrants, r, Reports)
		}
		if !j.top() {
			return fmt.Errorf("%w: what %s writes is not marked yet, so it is of the strictest class and this member's: whoever reads it is cleared for that (rule 7)", ErrGrants, r)
		}
	}
	return nil
}

// Reload takes up that accounts were made or removed. The collection of a
// removed account goes.
func (f *Feed) Reload(ctx context.Context) error {
	if err := f.reload(ctx); err != nil {
		return err
	}
	f.Poke()
	return nil
}

func (f *Feed) reload(ctx context.Context) error {
	f.work.Lock()
	defer f.work.Unlock()
	known, err := f.o.Known(ctx)
	if err != nil {
		return err
	}
	s := &seats{accounts: known, by: map[string]*seat{}, kept: map[string]bool{}}
	list := known.List()
	for _, a := range list {
		g, err := ParseGrants(a.Grants)
		// The collection of an account that was removed is gone for its readers.
		g.Read = slices.DeleteFunc(g.Read, func(r string) bool {
			return r != Reports && !slices.ContainsFunc(list, func(b section.Account) bool { return b.Name == r })
		})
		if err == nil {
			err = mayHave(a.Name, a.Officer, g, f.o.Table, f.o.Self, f.o.Members, list)
		}
		if err != nil {
			// A charter that changed may have made a right void: nothing is served.
			f.o.Logger.Error("an account has rights that it cannot have and is not served", "account", a.Name, "err", err)
			continue
		}
		if s.by[a.Name], err = f.seat(ctx, s, a, g); err != nil {
			return err
		}
	}
	f.seats.Store(s)
	return nil
}

// seat lays out what an account may see, and makes the collections that are
// not there yet.
func (f *Feed) seat(ctx context.Context, s *seats, a section.Account, g Grants) (*seat, error) {
	st := &seat{account: a, kept: map[string]string{}}
	types := []string{taxii.StixMediaType("2.1")}
	r := taxii.Root{Name: root, Info: taxii.APIRoot{Title: "Entente", Description: "The node of " + string(f.o.Self) + ".", Versions: []string{taxii.MediaType}, MaxContentLength: maxContent}}
	add := func(kept string, c taxii.Collection) error {
		c.MediaTypes = types
		st.kept[c.ID] = kept
		r.Collections = append(r.Collections, c)
		if s.kept[kept] {
			return nil
		}
		s.kept[kept] = true
		inner := taxii.Collection{ID: kept, Title: c.Title, CanRead: true, CanWrite: true, MediaTypes: types}
		var first []taxii.Object
		if strings.HasPrefix(kept, "feed-") {
			first = f.first
		}
		no, err := f.db.Establish(ctx, root, inner, taxii.TimestampOf(f.o.Founded), first...)
		if err == nil && first != nil {
			var j *judge
			if j, err = g.judge(f.o.Table, f.o.Self); err == nil {
				s.streams = append(s.streams, &stream{id: kept, no: no, judge: j})
			}
		}
		return err
	}
	if slices.Contains(g.Read, Reports) {
		id, err := streamID(g.Clearance)
		if err != nil {
			return nil, err
		}
		if err := add(id, taxii.Collection{ID: collectionID(Reports), Alias: Reports, Title: "Reports", Description: "Reports that this account is cleared for.", CanRead: true}); err != nil {
			return nil, err
		}
	}
	if g.Write {
		st.writable = collectionID("account/" + a.Name)
		if err := add("account-"+a.Name, taxii.Collection{ID: st.writable, Alias: a.Name, Title: "Written by " + a.Name, Description: "What this account writes. It awaits officers of " + string(f.o.Self) + ".", CanRead: true, CanWrite: true}); err != nil {
			return nil, err
		}
	}
	for _, name := range g.Read {
		if name == Reports || name == a.Name {
			continue
		}
		if err := add("account-"+name, taxii.Collection{ID: collectionID("account/" + name), Alias: name, Title: "Written by " + name, CanRead: true}); err != nil {
			return nil, err
		}
	}
	st.dir = &taxii.Directory{
		Discovery: &taxii.Discovery{Title: "Entente", Description: "The node of " + string(f.o.Self) + ".", Default: "/" + root + "/", APIRoots: []string{"/" + root + "/"}},
		Roots:     []taxii.Root{r},
	}
	return st, nil
}

// tidy removes the collections that no account has any more.
func (f *Feed) tidy(ctx context.Context, s *seats) error {
	f.work.Lock()
	defer f.work.Unlock()
	if f.seats.Load() != s {
		return nil // other accounts since; the next turn looks
	}
	all, err := f.db.Collections(ctx, root)
	if err != nil {
		return err
	}
	for id, no := range all {
		if s.kept[id] {
			continue
		}
		if err := f.db.Abolish(ctx, no); err != nil {
			return err
		}
	}
	return nil
}

// collectionID derives the UUID of a collection from its name, by RFC 4122 4.3
// under 3f1d0c52-7c1e-5b7a-9e54-2a6d8c0b4e11: it is the same on every node, so
// it tells nothing.
func collectionID(name string) string {
	space := [16]byte{0x3f, 0x1d, 0x0c, 0x52, 0x7c, 0x1e, 0x5b, 0x7a, 0x9e, 0x54, 0x2a, 0x6d, 0x8c, 0x0b, 0x4e, 0x11}
	h := sha1.New() // RFC 4122 4.3 fixes SHA-1 for version 5
	h.Write(space[:])
	h.Write([]byte(name))
	u := h.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
