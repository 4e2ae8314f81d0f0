package section

import (
	"strings"
	"testing"

	"entente/internal/store/localdb"
)

func TestWhatExistsIsNamedWithItsArticle(t *testing.T) {
	for what, want := range map[string]string{"account": "there is an account of that name already", "source": "there is a source of that name already"} {
		if got := refused(localdb.ErrExists, what).Error(); !strings.Contains(got, want) {
			t.Error(got)
		}
	}
}
