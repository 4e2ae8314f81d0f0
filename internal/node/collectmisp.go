package node

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"entente/act"
	"entente/internal/collect"
	"entente/internal/plural"
	"entente/internal/section"
)

// An export of MISP may be older than one that was taken in before, or hold less
// of an event. The first would undo what came since; of the second nobody knows
// whether its publisher took something back or has exported less, so it is said.

// maxGoneNamed bounds the things that a note names.
const maxGoneNamed = 8

// eventKey names a part of an event, from 1, as the drafts of an import do.
func eventKey(uuid string, part int) string {
	if part == 1 {
		return uuid
	}
	return fmt.Sprintf("%s/%d", uuid, part)
}

// eventOf is the event that a key names a part of.
func eventOf(key string) string {
	uuid, _, _ := strings.Cut(key, "/")
	return uuid
}

// since holds the events of a file against the forms of them that stand, says
// what has gone from them, and takes those out of digests that are older than
// what stands. A file of which all is older is refused.
//
// Errors: collect.ErrOlder.
func (in *importing) since(forms collect.MISPForms, digests map[string]act.Digest) error {
	standing, extra, err := in.eventsHeld(forms, digests)
	if err != nil {
		return err
	}
	var older []error
	events := 0
	for key := range digests {
		if key == eventOf(key) {
			events++
		}
	}
	for _, uuid := range slices.Sorted(maps.Keys(standing)) {
		gone, err := forms[uuid].Since(standing[uuid])
		if errors.Is(err, collect.ErrOlder) {
			older = append(older, fmt.Errorf("event %s: %w", uuid, err))
			in.say(0, "", fmt.Sprintf("event %s was changed %s, and what stands of it %s: it is older than what stands, and nothing was changed", uuid,
				forms[uuid].Changed.UTC().Format(time.RFC3339), standing[uuid].Changed.UTC().Format(time.RFC3339)))
			maps.DeleteFunc(digests, func(key string, _ act.Digest) bool { return eventOf(key) == uuid })
			continue
		}
		if len(gone) > 0 {
			named := strings.Join(gone[:min(len(gone), maxGoneNamed)], "; ")
			if len(gone) > maxGoneNamed {
				named += "; and others"
			}
			in.say(0, "", fmt.Sprintf("event %s has %s less than what stands of it: %s. See whether its publisher took %s back, and recall what was released of %s", uuid,
				plural.Of(len(gone), "thing"), named, plural.Choose(len(gone), "it", "them"), plural.Choose(len(gone), "it", "them")))
		}
		for _, draft := range extra[uuid] {
			in.say(0, "", fmt.Sprintf("event %s fills fewer drafts than before: draft %s is of its earlier form; give it up (entente report discard), or recall it if it was released", uuid, draft))
		}
	}
	if len(older) > 0 && len(older) == events {
		return older[0]
	}
	return nil
}

// eventsHeld returns the forms that stand of those events that a file changes,
// and their drafts beyond the parts that the file makes of them.
func (in *importing) eventsHeld(forms collect.MISPForms, digests map[string]act.Digest) (standing collect.MISPForms, extra map[string][]string, err error) {
	var keys []string
	for uuid, f := range forms {
		if _, ok := digests[uuid]; !ok {
			continue // things without an event are of no time
		}
		for part := range f.Parts + 1 {
			keys = append(keys, eventKey(uuid, part+1))
		}
	}
	standing, extra = collect.MISPForms{}, map[string][]string{}
	changed, drafts := map[string]bool{}, map[string][]string{}
	for len(keys) > 0 {
		known, err := in.n.section.Known(in.ctx, in.o, string(in.r.Kind), keys)
		if err != nil {
			return nil, nil, err
		}
		var more []string
		for _, key := range keys {
			k, ok := known[key]
			if !ok {
				continue
			}
			uuid := eventOf(key)
			d, here := digests[key]
			if !here {
				extra[uuid] = append(extra[uuid], k.Draft)
				more = append(more, eventKey(uuid, forms[uuid].Parts+len(extra[uuid])+1))
			}
			drafts[uuid] = append(drafts[uuid], k.Draft)
			changed[uuid] = changed[uuid] || !here || k.Digest != section.Digest(d)
		}
		keys = more
	}
	var ids []string
	for uuid := range changed {
		if changed[uuid] {
			ids = append(ids, drafts[uuid]...)
		}
	}
	slices.Sort(ids)
	const run = 32 // drafts are read with their contents
	for part := range slices.Chunk(ids, run) {
		ds, err := in.n.section.DraftsOf(in.ctx, part)
		if err != nil {
			return nil, nil, err
		}
		for _, d := range ds {
			if d.State == section.Discarded || len(d.Content) == 0 { // it stands no more
				for uuid := range extra {
					extra[uuid] = slices.DeleteFunc(extra[uuid], func(id string) bool { return id == d.ID })
				}
				continue
			}
			held, err := ParseDraft(d.Content)
			if err != nil {
				return nil, nil, err
			}
			standing.Add(held.Portions)
		}
	}
	maps.DeleteFunc(standing, func(uuid string, _ *collect.MISPForm) bool { return forms[uuid] == nil })
	return standing, extra, nil
}
