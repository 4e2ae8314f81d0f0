package web

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"entente/internal/centre"
	"entente/internal/node"
	"entente/internal/store/viewdb"
	"entente/internal/web/api"
)

// What is refused says what would cure it.
func TestRefusalsSayWhatWouldCureThem(t *testing.T) {
	for _, err := range []error{node.ErrDraft, node.ErrReceipt, node.ErrNoAttachment, node.ErrPlanChanged, node.ErrOnItsWay, node.ErrBasis, node.ErrAttachmentQuota, node.ErrNoSetKey, node.ErrPacketQuota, node.ErrCatchingUp,
		viewdb.ErrNotFound, centre.ErrRecovering, centre.ErrNotLead, centre.ErrHalted, centre.ErrQuota, centre.ErrBusy, centre.ErrFork, centre.ErrSuspended, centre.ErrTruncated,
		centre.ErrTooLarge, centre.ErrFull, centre.ErrRollback, centre.ErrWithheld, centre.ErrForkedLog, centre.ErrInvalidLog, centre.ErrBodies, centre.ErrOpaque, centre.ErrNotFound,
		centre.ErrKeys, centre.ErrStale, centre.ErrCertify, centre.ErrCertifying, centre.ErrEvidence} {
		if text := strings.TrimPrefix(err.Error(), "rule 27: "); !strings.ContainsAny(text, ";:") {
			t.Errorf("%q says no cure", err)
		}
	}
}

// Codes are part of the API: each has a name, and one place.
func TestCodesAreNamed(t *testing.T) {
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	check(t, err)
	literal := func(e ast.Expr) bool { l, ok := e.(*ast.BasicLit); return ok && l.Kind == token.STRING }
	look := func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			if id, ok := x.Fun.(*ast.Ident); ok && id.Name == "refusal" && len(x.Args) == 3 && literal(x.Args[1]) {
				t.Errorf("%s: the code has no name", files.Position(x.Pos()))
			}
		case *ast.KeyValueExpr:
			if id, ok := x.Key.(*ast.Ident); ok && id.Name == "Code" && literal(x.Value) {
				t.Errorf("%s: the code has no name", files.Position(x.Pos()))
			}
		}
		return true
	}
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			f, err := parser.ParseFile(files, name, nil, 0)
			check(t, err)
			ast.Inspect(f, look)
		}
	}
}

// A request that is too large is refused in the same words before it is read
// and while it is read.
func TestOneMessageAboutSizes(t *testing.T) {
	b := newBed(t)
	told := b.request("POST", base+"/drafts", "duty", &zeros{left: maxBody + 1}, "Content-Length", strconv.Itoa(maxBody+1))
	p := newError(http.StatusBadRequest, "", &http.MaxBytesError{Limit: maxBody})
	var late *problem
	if !errors.As(p, &late) || told.Code != http.StatusRequestEntityTooLarge || refusalOf(t, told).Message != late.body.Message || late.body.Code != api.CodeTooLarge {
		t.Errorf("HTTP %d %s and %+v", told.Code, told.Body, p)
	}
}
