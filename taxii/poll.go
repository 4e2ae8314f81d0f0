package taxii

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// Position is where a poll stopped. It is kept between polls, as JSON for
// instance; the zero value begins at the oldest object.
type Position struct {
	// AddedAfter is the filter of the pages under way.
	AddedAfter string `json:"added_after,omitempty"`
	// Next is the next page of them, empty for the first.
	Next string `json:"next,omitempty"`
	// Last is the latest date added that was seen in them.
	Last string `json:"last,omitempty"`
}

// Poll says what to poll.
type Poll struct {
	Root, Collection string
	// Query holds match parameters. Without match[version], only the latest
	// version of each object is given; a copy of a collection wants "all".
	Query url.Values
	// Limit is the number of objects asked for at a time, 0 for the server's.
	Limit int
	// MaxPages bounds the pages of one poll, 100,000 when 0.
	MaxPages int
}

// Run hands over every object added since the position, page by page, in the
// order added, and moves the position on after each page. page must have made
// the objects durable when it returns, and store the position with them: a
// poll that is cut off goes on there, and no object is missed. The objects of
// one page may come again when it was cut off in between.
func (p Poll) Run(ctx context.Context, c *Client, pos *Position, page func(objects [][]byte, pos Position) error) error {
	most := p.MaxPages
	if most <= 0 {
		most = 100_000
	}
	for range most {
		q := url.Values{}
		for k, v := range p.Query {
			q[k] = v
		}
		if p.Limit > 0 {
			q.Set("limit", strconv.Itoa(p.Limit))
		}
		if pos.AddedAfter != "" {
			q.Set("added_after", pos.AddedAfter)
		}
		if pos.Next != "" {
			q.Set("next", pos.Next)
		}
		a, err := c.Objects(ctx, p.Root, p.Collection, q)
		if pos.Next != "" && (errors.Is(err, ErrQuery) || errors.Is(err, ErrNotFound)) {
			// Servers may forget pages; what was read so far is known by date.
			if pos.Last == "" {
				return err
			}
			*pos = Position{AddedAfter: pos.Last, Last: pos.Last}
			continue
		}
		if err != nil {
			return err
		}
		was := *pos
		if a.Last != "" {
			last, err := ParseTimestamp(a.Last)
			if err != nil {
				return fmt.Errorf("taxii: X-TAXII-Date-Added-Last: %w", err)
			}
			if old, err := ParseTimestamp(pos.Last); err != nil || last > old {
				pos.Last = a.Last
			}
		}
		switch {
		case a.More && a.Next != "":
			pos.Next = a.Next
		default:
			// The end, or a server that pages by date (clause 3.5).
			pos.Next = ""
			if pos.Last != "" {
				pos.AddedAfter = pos.Last
			}
		}
		if len(a.Objects) > 0 || *pos != was {
			if err := page(a.Objects, *pos); err != nil {
				*pos = was
				return err
			}
		}
		if !a.More {
			return nil
		}
		if *pos == was {
			return errors.New("taxii: the server says that there is more, and gives no way on")
		}
	}
	return fmt.Errorf("taxii: more than %d pages in one poll; go on from the position", most)
}
