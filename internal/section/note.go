package section

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"entente/internal/store/localdb"
)

// Annotations and settings as package localdb stores them.
type (
	Annotation = localdb.Annotation
	Setting    = localdb.Setting
)

func checkAnnotation(body string) error {
	if body == "" || len(body) > MaxAnnotation || !utf8.ValidString(body) {
		return refuseBounds("the note is refused", fmt.Sprintf("use 1 to %d bytes of UTF-8", MaxAnnotation))
	}
	return nil
}

// Annotate adds a note of the section on something, named by its identifier.
// Notes never leave the node.
func (s *Section) Annotate(ctx context.Context, o Officer, subject, body string) (Annotation, error) {
	if err := errors.Join(checkText("subject", subject, maxObject), checkAnnotation(body)); err != nil {
		return Annotation{}, err
	}
	now := s.now()
	a := Annotation{ID: newID(), Subject: subject, Login: o.Login, Body: body, Version: 1, Created: now, Modified: now}
	err := s.act(ctx, o, OpAnnotationWrite, a.ID, func(tx *localdb.Tx, _ Officer) (string, error) {
		n, err := tx.CountAnnotations(subject)
		if err != nil {
			return "", err
		}
		if n >= MaxAnnotations {
			return "", refuseBounds(fmt.Sprintf("there are %d notes on this", n), "delete some")
		}
		return "subject=" + subject, tx.InsertAnnotation(a)
	})
	if err != nil {
		return Annotation{}, err
	}
	return a, nil
}

// EditAnnotation replaces the text of one's own note at the version given.
func (s *Section) EditAnnotation(ctx context.Context, o Officer, id string, version int64, body string) error {
	if err := checkAnnotation(body); err != nil {
		return err
	}
	return s.destroy(ctx, o, OpAnnotationWrite, bounded(id), func(tx *localdb.Tx, actor Officer) (string, error) {
		a, err := ownAnnotation(tx, actor, id)
		if err != nil {
			return "", err
		}
		a.Body, a.Version, a.Modified = body, version, s.now()
		return fmt.Sprintf("version=%d", version+1), refused(tx.UpdateAnnotation(a), "note")
	})
}

// DeleteAnnotation removes one's own note; the data-protection officer removes
// anybody's.
func (s *Section) DeleteAnnotation(ctx context.Context, o Officer, id string) error {
	op := OpAnnotationWrite
	if o.Roles.Has(RoleDPO) {
		op = OpErase
	}
	return s.destroy(ctx, o, op, bounded(id), func(tx *localdb.Tx, actor Officer) (string, error) {
		if op == OpAnnotationWrite {
			if _, err := ownAnnotation(tx, actor, id); err != nil {
				return "", err
			}
		}
		return "deleted", refused(tx.DeleteAnnotation(id), "note")
	})
}

func ownAnnotation(tx *localdb.Tx, actor Officer, id string) (Annotation, error) {
	a, err := tx.Annotation(id)
	if err != nil {
		return Annotation{}, refused(err, "note")
	}
	if a.Login != actor.Login {
		return Annotation{}, &Refusal{Code: CodeForbidden, What: "the note is another officer's", Cure: "write one of your own", err: ErrForbidden}
	}
	return a, nil
}

// ForgetSubjects destroys for the node the notes on what is destroyed itself. The
// write-ahead log is truncated.
func (s *Section) ForgetSubjects(ctx context.Context, subjects []string) error {
	err := s.db.Update(ctx, func(tx *localdb.Tx) error {
		for _, subject := range subjects {
			if err := tx.DeleteAnnotationsOn(subject); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.db.Shrink(ctx)
}

// Annotations returns a page of the notes on a subject, the oldest first,
// behind the one created at after with id afterID.
func (s *Section) Annotations(ctx context.Context, o Officer, subject string, after time.Time, afterID string, limit int) ([]Annotation, error) {
	if err := s.Authorise(ctx, o, OpAnnotationRead, ""); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).Annotations(subject, after, afterID, pageLimit(limit))
}

// SetSetting stores a value of the configuration over the version that the
// custodian saw, 0 when it was never set.
func (s *Section) SetSetting(ctx context.Context, o Officer, name string, version int64, value string) error {
	if err := checkToken("name of the setting", name, 64); err != nil {
		return err
	}
	if len(value) > MaxSetting || !utf8.ValidString(value) {
		return refuseBounds("the value of the setting is refused", fmt.Sprintf("use at most %d bytes of UTF-8", MaxSetting))
	}
	return s.act(ctx, o, OpSettingWrite, name, func(tx *localdb.Tx, actor Officer) (string, error) {
		if version == 0 {
			all, err := tx.Settings()
			if err != nil {
				return "", err
			}
			if len(all) >= MaxSettings {
				return "", refuseBounds(fmt.Sprintf("there are %d settings", len(all)), "use one of them")
			}
		}
		return fmt.Sprintf("version=%d", version+1), refused(tx.SetSetting(
			Setting{Name: name, Value: value, Version: version, Login: actor.Login, Modified: s.now()}), "setting")
	})
}

// Settings lists the configuration by name.
func (s *Section) Settings(ctx context.Context, o Officer) ([]Setting, error) {
	if err := s.Authorise(ctx, o, OpSettingRead, ""); err != nil {
		return nil, err
	}
	return s.db.Read(ctx).Settings()
}

// Configured is the value of a setting for the node itself, and whether it was
// ever set.
func (s *Section) Configured(ctx context.Context, name string) (string, bool, error) {
	v, err := s.db.Read(ctx).Setting(name)
	if errors.Is(err, localdb.ErrNotFound) {
		return "", false, nil
	}
	return v.Value, err == nil, err
}
