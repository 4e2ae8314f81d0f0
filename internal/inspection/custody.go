package inspection

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"time"

	"entente/label"
)

// Custody says who took a report out and when: the row of the node's audit log,
// and the digests of the files.
type Custody struct {
	Member label.MemberID    `json:"member"`
	Audit  CustodyRow        `json:"audit"`
	SHA256 map[string]string `json:"sha256"` // of FileReport and FileText, hex
}

// CustodyRow is a row of a node's audit log.
type CustodyRow struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Login   string    `json:"login"`
	Op      string    `json:"op"`
	Object  string    `json:"object"`
	Outcome string    `json:"outcome"`
	Detail  string    `json:"detail"`
	Hash    string    `json:"hash"`
}

// CustodyObject and CustodyDetail are what the audit log says of a report.
func CustodyObject(from, to int64) string { return fmt.Sprintf("leaves/%d-%d", from, to) }

// CustodyDetail is what the audit log says of a report that was written.
func CustodyDetail(end *End, evidence bool) string {
	return fmt.Sprintf("entries=%d sha256=%s evidence=%t", end.Entries, end.Digest, evidence)
}

// Of says whether the row is that of a report which was written.
func (r *CustodyRow) Of(head *Head, end *End) bool {
	return r.Op == "inspect" && r.Outcome == "done" && r.Object == CustodyObject(head.From, head.To) && r.Detail == CustodyDetail(end, head.Evidence)
}

// maxCustody bounds custody.json, in bytes.
const maxCustody = 64 << 10

// checkCustody holds the custody against the report beside it.
func checkCustody(fsys fs.FS, head *Head, end *End) error {
	f, err := fsys.Open(FileCustody)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReport, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxCustody+1))
	if err != nil {
		return err
	}
	if len(raw) > maxCustody {
		return fmt.Errorf("%w: %s is longer than %d bytes", ErrReport, FileCustody, maxCustody)
	}
	var c Custody
	if err := strictly(raw, &c); err != nil {
		return err
	}
	if c.Member != head.Member || !c.Audit.Of(head, end) {
		return fmt.Errorf("%w: %s is of another report", ErrReport, FileCustody)
	}
	if len(c.SHA256) != 2 {
		return fmt.Errorf("%w: %s names other files than %s and %s", ErrReport, FileCustody, FileReport, FileText)
	}
	for _, name := range []string{FileReport, FileText} {
		sum, err := Digest(fsys, name)
		if err != nil {
			return err
		}
		if c.SHA256[name] != sum {
			return fmt.Errorf("%w: %s is not the file that %s names", ErrReport, name, FileCustody)
		}
	}
	return nil
}

// Digest returns the SHA-256 of a file of an inspection, in hex. An error wraps
// ErrReport where there is no such file.
func Digest(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrReport, err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
