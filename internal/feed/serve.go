package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"entente/taxii"
)

// Handler serves the feed by TAXII 2.1 with HTTP Basic authentication, at most
// maxPage objects in an answer.
func (f *Feed) Handler(maxPage int) http.Handler {
	srv := &taxii.Server{
		Store: f,
		Authenticate: func(r *http.Request) (string, bool) {
			name, _ := r.Context().Value(whoKey{}).(string)
			return name, name != ""
		},
		MaxPage: maxPage, Now: f.o.Now, Log: f.o.Logger,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, secret, given := r.BasicAuth()
		if given {
			if a, ok := f.seats.Load().accounts.Check(name, secret); ok {
				// Who knows the secret is let in whoever else is guessing: it is
				// 256 random bits, so a bound on guesses protects the machine
				// and not the secret.
				srv.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), whoKey{}, a.Name)))
				return
			}
			if wait := f.throttle.failed(f.o.Now()); wait > 0 {
				tooMany(w, int(math.Ceil(wait.Seconds())))
				return
			}
		}
		srv.ServeHTTP(w, r)
	})
}

type whoKey struct{}

// tooMany answers a guess beyond the bound.
func tooMany(w http.ResponseWriter, seconds int) {
	body, _ := json.Marshal(taxii.ErrorMessage{Title: "Too many requests", Description: "Too many requests came with credentials that are not those of an account; wait, then try again.", ErrorCode: "too_many_requests", HTTPStatus: "429"}) // strings cannot fail
	h := w.Header()
	h.Set("Content-Type", taxii.MediaType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Retry-After", strconv.Itoa(seconds))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusTooManyRequests)
	w.Write(body)
}

// Directory implements [taxii.Store].
func (f *Feed) Directory(_ context.Context, user string) (*taxii.Directory, error) {
	st := f.seats.Load().by[user]
	if st == nil {
		return &taxii.Directory{}, nil
	}
	return st.dir, nil
}

// Page implements [taxii.Store]. A date is given to one object alone, so a
// place is its date, and the value of next tells nothing else.
func (f *Feed) Page(ctx context.Context, user string, s taxii.Selection) (taxii.Page, error) {
	st := f.seats.Load().by[user]
	if st == nil || st.kept[s.Collection] == "" {
		return taxii.Page{}, taxii.ErrNotFound
	}
	if err := f.settle(ctx); err != nil {
		return taxii.Page{}, err
	}
	s.Root, s.Collection = root, st.kept[s.Collection]
	if s.After != taxii.Start {
		s.After.Seq = math.MaxInt64
	}
	p, err := f.db.Page(ctx, user, s)
	for i := range p.Records {
		p.Records[i].Place.Seq = 0
	}
	return p, err
}

// Apply implements [taxii.Store]: an account writes and deletes in its own
// collection alone. What it adds is durable in its collection and in line for
// the intake before the answer.
func (f *Feed) Apply(ctx context.Context, user string, c taxii.Change) (*taxii.Status, error) {
	st := f.seats.Load().by[user]
	if st == nil || st.kept[c.Collection] == "" {
		return nil, taxii.ErrNotFound
	}
	if c.Collection != st.writable {
		return nil, fmt.Errorf("%w: you may read this collection, not write to it", taxii.ErrForbidden)
	}
	c.Root, c.Collection = root, st.kept[c.Collection]
	if c.Delete != nil {
		return f.db.Apply(ctx, user, c)
	}
	persons, err := f.inspect(ctx, user, &c)
	if err != nil {
		return nil, err
	}
	status, err := f.db.Receive(ctx, user, st.account.Officer, c, func(o *taxii.Object) int { return persons[o] })
	if err == nil {
		f.Poke()
	}
	return status, err
}

// Status implements [taxii.Store].
func (f *Feed) Status(ctx context.Context, user, r, id string) (*taxii.Status, error) {
	if r != root {
		return nil, taxii.ErrNotFound
	}
	return f.db.Status(ctx, user, root, id)
}

// inspect moves what the intake would not take from c.Add to c.Refused, and
// returns how many records of persons each of the others is. What a rule does
// not let in is stored nowhere.
func (f *Feed) inspect(ctx context.Context, user string, c *taxii.Change) (map[*taxii.Object]int, error) {
	day := int64(24 * 60 * 60 * 1_000_000)
	written, err := f.db.PersonsSince(ctx, user, c.At-taxii.Timestamp(day))
	if err != nil {
		return nil, err
	}
	var taken []taxii.Object
	var counts []int
	for i := range c.Add {
		o := &c.Add[i]
		n, err := f.o.Node.Inspect(o.Raw)
		if err == nil && written+n > f.o.MaxPersons {
			err = fmt.Errorf("rule 2: more than %d records of persons in a day; write the rest tomorrow, or let an officer take them in", f.o.MaxPersons)
		}
		if err != nil {
			version := o.Version
			if version == "" {
				version = c.At.String()
			}
			c.Refused = append(c.Refused, taxii.StatusDetail{ID: o.ID, Version: version, Message: clip(err.Error())})
			continue
		}
		written += n
		taken, counts = append(taken, *o), append(counts, n)
	}
	c.Add = taken
	out := make(map[*taxii.Object]int, len(taken))
	for i := range c.Add {
		out[&c.Add[i]] = counts[i]
	}
	return out, nil
}

func clip(s string) string {
	if len(s) > 400 {
		return s[:400] + "..."
	}
	return s
}
