package node

import (
	"path/filepath"
	"time"

	"entente/internal/section"
	"entente/internal/store"
	"entente/internal/store/localdb"
	"entente/label"
)

// OpenSection opens the national section of a directory whose node does not
// run, to appoint the first officer. The caller calls done when finished.
func OpenSection(dir string, self label.MemberID, o section.Options) (s *section.Section, done func() error, err error) {
	db, err := localdb.Open(filepath.Join(dir, FileLocal), store.Options{})
	if err != nil {
		return nil, nil, err
	}
	o.Nation = string(self)
	if o.Now == nil {
		o.Now = time.Now
	}
	if s, err = section.Open(db, o); err != nil {
		db.Close()
		return nil, nil, err
	}
	return s, db.Close, nil
}
