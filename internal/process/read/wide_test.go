package read

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// A text in UTF-16 is read as the same text in UTF-8, window by window, with
// the offsets of its own bytes.
func TestUTF16IsRead(t *testing.T) {
	plain := strings.Repeat("Сегодня ничего не произошло в полях, сообщил источник в полиции.\n", 4500) + "Погибли двенадцать человек \U0001F600, заявил министр Сергей Петренков."
	raw, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	want, got := (&Reader{}).Text(plain, Options{Plain: true}), (&Reader{}).Text(raw, Options{Plain: true})
	if got.Encoding != "utf-16le" || got.Languages[0].Code != "ru" || got.Read != len(raw) {
		t.Fatalf("%s, %s, %d of %d read", got.Encoding, got.Languages[0].Code, got.Read, len(raw))
	}
	if got.CodePoints != want.CodePoints+1 { // the byte order mark
		t.Errorf("%d code points, want %d", got.CodePoints, want.CodePoints+1)
	}
	last := got.Attributions[len(got.Attributions)-1]
	if last.Speaker == nil || last.Speaker.Text != "министр Сергей Петренков" {
		t.Errorf("%+v", last)
	} else if at := last.Speaker.Bytes; string([]byte(raw[at[0]:at[0]+2])) != "\x3c\x04" || at[1] != len(raw)-2 {
		t.Errorf("at %v of %d", at, len(raw))
	}
}
