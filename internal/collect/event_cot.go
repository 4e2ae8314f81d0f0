package collect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"
)

// cotEvent is an event of Cursor on Target 2.0, as far as it is read. The uid
// names a device, and what stands in detail about contacts and groups persons:
// neither is kept.
type cotEvent struct {
	UID   string `xml:"uid,attr"`
	Type  string `xml:"type,attr"`
	How   string `xml:"how,attr"`
	Time  string `xml:"time,attr"`
	Start string `xml:"start,attr"`
	Point *struct {
		Lat string `xml:"lat,attr"`
		Lon string `xml:"lon,attr"`
	} `xml:"point"`
	Detail struct {
		Remarks []string `xml:"remarks"`
	} `xml:"detail"`
}

// maxEvent bounds the bytes of one event of Cursor on Target, and of one
// feature of GeoJSON.
const maxEvent = 1 << 20

// cursorOnTarget reads events one after the other, in one root element or
// without one. Observations and reports (types b-) are taken in. Positions of
// units and persons (types a-), everything whose place a machine measured, and
// tasks (t-) are not (rules 1, 2 and 3).
func (e *eventIntake) cursorOnTarget() error {
	limit := &meter{r: e.in.src}
	dec := xml.NewDecoder(limit)
	dec.Strict = true
	found := 0
	for {
		limit.left = maxEvent
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return cotFault(err)
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local != "event" {
			if found == 0 && start.Name.Local != "events" {
				return refuse(ErrEvents, "element %.40q is none of Cursor on Target", start.Name.Local)
			}
			continue
		}
		found++
		var x cotEvent
		if err := dec.DecodeElement(&x, &start); err != nil {
			return cotFault(err)
		}
		ev, err := x.event(e.o.CellLevel)
		if err != nil {
			e.broken(found, "%v", err)
			continue
		}
		if err := e.row(found, &ev); err != nil {
			return err
		}
	}
	if found == 0 {
		return refuse(ErrEvents, "it has no event")
	}
	return nil
}

// meter bounds what is read for one event.
type meter struct {
	r    io.Reader
	left int
}

var errEventSize = refuse(ErrTooLarge, "one event has more than %d bytes", maxEvent)

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errEventSize
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

func cotFault(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return refuse(ErrEvents, "%v", err)
	}
	return err
}

func (x *cotEvent) event(level int) (ev Event, err error) {
	switch {
	case strings.HasPrefix(x.Type, "a-"):
		return ev, errors.New("rule 3: type a- is the position of a unit or a person")
	case strings.HasPrefix(x.Type, "t-"):
		return ev, errors.New("rule 1: type t- is a task")
	case !strings.HasPrefix(x.Type, "b-"):
		return ev, errors.New("its type is no observation (b-)")
	case strings.HasPrefix(x.How, "m-"):
		return ev, errors.New("rule 3: its place was measured by a machine")
	}
	h := sha256.Sum256([]byte(x.UID + "\x00" + x.Type + "\x00" + x.Start))
	ev = Event{ID: hex.EncodeToString(h[:8]), Type: "observation " + x.Type, Deaths: -1, DeathsLow: -1, DeathsHigh: -1, Text: strings.Join(x.Detail.Remarks, "\n")}
	at := x.Start
	if at == "" {
		at = x.Time
	}
	if ev.From, err = dayIn(at, time.RFC3339Nano, time.RFC3339); err != nil {
		return ev, err
	}
	if x.Point != nil {
		ev.Cell, err = cellOfTexts(x.Point.Lat, x.Point.Lon, level)
	}
	return ev, err
}
