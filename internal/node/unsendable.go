package node

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"entente/act"
	"entente/internal/centre"
	"entente/internal/section"
	"entente/label"
	"entente/seal"
)

// unsendable says whether err can never be cured by waiting: it comes from what
// is released itself, and would come again at every attempt. Everything else (a
// full disk, keys that are not at hand, a log that has not come so far) passes.
func unsendable(err error) bool {
	var refused *Refused
	var refusal *act.Refusal
	if errors.As(err, &refused) || errors.As(err, &refusal) {
		return true
	}
	for _, kind := range []error{ErrPlanChanged, ErrDraft, ErrKind, seal.ErrTooLarge, section.ErrChanged,
		label.ErrMember, label.ErrSyntax, label.ErrTooMany, label.ErrInvalid, label.ErrTable, label.ErrUnknownPolicy, label.ErrUnknownClass,
		label.ErrNoEquivalence, label.ErrNoPortions, label.ErrConsent, label.ErrPlan, label.ErrBlocked} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// awaitsLog says whether a release waits for what the log will bring: then it
// is tried again whenever that moves, and nobody needs to be told.
func awaitsLog(err error) bool {
	return errors.Is(err, centre.ErrRecovering) || errors.Is(err, ErrNoSetKey) || errors.Is(err, errNotYet) || errors.Is(err, errEpochTurned)
}

// giveUp ends a decision that can never be sealed: what had left is recorded,
// the rest goes back to its authors, who can change it and put it up again.
func (n *Node) giveUp(ctx context.Context, d section.Decision, cause error) error {
	done, err := n.recordAllFiled(ctx, d)
	if err != nil || done {
		return err
	}
	n.logger.Warn("a release ends", "decision", d.ID, "err", cause)
	return n.section.FailRelease(ctx, d.ID, reasonOf(cause))
}

// recordAllFiled records what of a decision was filed without a record, so that
// nothing that has left is given back as if it had not.
func (n *Node) recordAllFiled(ctx context.Context, d section.Decision) (done bool, err error) {
	s := &sender{n: n, d: d}
	after := ""
	for {
		page, err := n.section.SubjectDrafts(ctx, d.ID, after, releaseRun)
		if err != nil || len(page) == 0 {
			return false, err
		}
		after = page[len(page)-1].ID
		if _, done, err = s.recordFiled(ctx, page); err != nil || done {
			return done, err
		}
	}
}

// maxReasonShown bounds the reason that is kept with a failed decision, in
// bytes.
const maxReasonShown = 900

// reasonOf is an error as one line that the section keeps.
func reasonOf(err error) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return ';'
		case unicode.IsGraphic(r):
			return r
		}
		return ' '
	}, strings.ToValidUTF8(err.Error(), " "))
	if len(s) > maxReasonShown {
		s = strings.ToValidUTF8(s[:maxReasonShown], "")
	}
	if s = strings.TrimSpace(s); s == "" {
		s = fmt.Sprintf("%T", err)
	}
	return s
}

// Pauses between attempts at what cannot leave yet.
const (
	releasePause    = time.Second
	releasePauseMax = time.Minute
)
