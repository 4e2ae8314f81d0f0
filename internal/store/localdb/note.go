package localdb

import "time"

// Annotation is the section's own note on something; it never leaves the
// node.
type Annotation struct {
	ID, Subject, Login, Body string
	Version                  int64 // from 1
	Created, Modified        time.Time
}

// Setting is one value of the node's configuration that officers change.
type Setting struct {
	Name, Value string
	Version     int64 // from 1
	Login       string
	Modified    time.Time
}

const (
	annotationColumns = `id, subject, login, body, version, created, modified`
	settingColumns    = `name, value, version, login, modified`
)

func scanAnnotation(scan func(...any) error) (Annotation, error) {
	var a Annotation
	var created, modified int64
	err := scan(&a.ID, &a.Subject, &a.Login, &a.Body, &a.Version, &created, &modified)
	a.Created, a.Modified = fromMillis(created), fromMillis(modified)
	return a, err
}

// Annotation returns the annotation, or ErrNotFound.
func (r Reader) Annotation(id string) (Annotation, error) {
	return scanAnnotation(func(dest ...any) error {
		return r.row(`SELECT `+annotationColumns+` FROM annotations WHERE id = ?`, []any{id}, dest...)
	})
}

// Annotations returns up to limit annotations on a subject, the oldest first,
// behind the one created at after with id afterID.
func (r Reader) Annotations(subject string, after time.Time, afterID string, limit int) ([]Annotation, error) {
	var out []Annotation
	err := r.each(func(scan func(...any) error) error {
		a, err := scanAnnotation(scan)
		out = append(out, a)
		return err
	}, `SELECT `+annotationColumns+` FROM annotations WHERE subject = ? AND (created, id) > (?, ?) ORDER BY created, id LIMIT ?`,
		subject, millis(after), afterID, limit)
	return out, err
}

// CountAnnotations is how many annotations a subject has.
func (r Reader) CountAnnotations(subject string) (int64, error) {
	var n int64
	err := r.row(`SELECT count(*) FROM annotations WHERE subject = ?`, []any{subject}, &n)
	return n, err
}

// InsertAnnotation adds an annotation at version 1.
func (tx *Tx) InsertAnnotation(a Annotation) error {
	_, err := tx.run(`INSERT INTO annotations (`+annotationColumns+`) VALUES (?, ?, ?, ?, 1, ?, ?)`,
		a.ID, a.Subject, a.Login, a.Body, millis(a.Created), millis(a.Modified))
	return err
}

// UpdateAnnotation replaces the text of the annotation at a.Version; ErrStale
// when it is not at that version.
func (tx *Tx) UpdateAnnotation(a Annotation) error {
	return tx.change(ErrStale, `UPDATE annotations SET body = ?, version = version + 1, modified = ? WHERE id = ? AND version = ?`,
		a.Body, millis(a.Modified), a.ID, a.Version)
}

// DeleteAnnotation removes the annotation.
func (tx *Tx) DeleteAnnotation(id string) error {
	return tx.change(ErrNotFound, `DELETE FROM annotations WHERE id = ?`, id)
}

func scanSetting(scan func(...any) error) (Setting, error) {
	var s Setting
	var modified int64
	err := scan(&s.Name, &s.Value, &s.Version, &s.Login, &modified)
	s.Modified = fromMillis(modified)
	return s, err
}

// Setting returns the setting, or ErrNotFound when it was never set.
func (r Reader) Setting(name string) (Setting, error) {
	return scanSetting(func(dest ...any) error {
		return r.row(`SELECT `+settingColumns+` FROM settings WHERE name = ?`, []any{name}, dest...)
	})
}

// Settings returns all settings by name.
func (r Reader) Settings() ([]Setting, error) {
	var out []Setting
	err := r.each(func(scan func(...any) error) error {
		s, err := scanSetting(scan)
		out = append(out, s)
		return err
	}, `SELECT `+settingColumns+` FROM settings ORDER BY name`)
	return out, err
}

// SetSetting stores a value over the version in s, 0 for one that was never
// set; ErrStale when the setting is not at that version.
func (tx *Tx) SetSetting(s Setting) error {
	if s.Version == 0 {
		return tx.change(ErrStale, `INSERT INTO settings (`+settingColumns+`) VALUES (?, ?, 1, ?, ?) ON CONFLICT (name) DO NOTHING`,
			s.Name, s.Value, s.Login, millis(s.Modified))
	}
	return tx.change(ErrStale, `UPDATE settings SET value = ?, version = version + 1, login = ?, modified = ? WHERE name = ? AND version = ?`,
		s.Value, s.Login, millis(s.Modified), s.Name, s.Version)
}

// DeleteAnnotationsOn destroys the notes on something that is destroyed itself.
func (tx *Tx) DeleteAnnotationsOn(subject string) error {
	_, err := tx.run(`DELETE FROM annotations WHERE subject = ?`, subject)
	return err
}
