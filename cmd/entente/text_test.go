package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente/internal/process/read"
)

func runText(t *testing.T, in string, args ...string) (string, string, int) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), append([]string{"text", "read"}, args...), strings.NewReader(in), &out, &errs)
	return out.String(), errs.String(), code
}

func TestTextRead(t *testing.T) {
	const text = "Three people were killed on Tuesday near Baghdad, a security source told AFP."
	file := filepath.Join(t.TempDir(), "report.txt")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := runText(t, text, "--json", "--date", "2015-10-14", file, "-")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != exitDone || len(lines) != 2 {
		t.Fatalf("code %d, %d lines, %s", code, len(lines), errs)
	}
	for _, line := range lines {
		var res read.Result
		if err := json.Unmarshal([]byte(line), &res); err != nil {
			t.Fatal(err)
		}
		if len(res.Dates) != 1 || *res.Dates[0].From != "2015-10-13" || len(res.Quantities) != 1 || res.Quantities[0].Kind != "killed" ||
			len(res.Attributions) != 1 || res.Attributions[0].SpeakerKind != "anonymous" || len(res.Places) != 1 || res.Places[0].Country != "IQ" {
			t.Errorf("%s", line)
		}
	}
}

func TestTextReadLines(t *testing.T) {
	in := `{"id":"a","text":"قتل ثلاثة أشخاص أمس.","date":"2015-10-14"}` + "\n" + `{"text":"Nothing."}` + "\n"
	out, _, code := runText(t, in, "--lines", "--no-places")
	if code != exitDone || !strings.Contains(out, "# a\n") || !strings.Contains(out, "\t2015-10-13\t") || !strings.Contains(out, "killed 3 persons") {
		t.Errorf("code %d, %s", code, out)
	}
	if _, errs, code := runText(t, `{"text":`, "--lines", "--no-places"); code != exitUsage || !strings.Contains(errs, "text 1") {
		t.Errorf("code %d, %s", code, errs)
	}
}

func TestTextReadRefuses(t *testing.T) {
	if _, errs, code := runText(t, "", "--date", "yesterday"); code != exitUsage || !strings.Contains(errs, "2015-10-01") {
		t.Errorf("code %d, %s", code, errs)
	}
	if _, _, code := runText(t, "", filepath.Join(t.TempDir(), "none.txt")); code != exitUsage {
		t.Errorf("code %d for a file that is not there", code)
	}
}

// A text with more in it than is listed says so, and ends with findings.
func TestTextReadSaysWhatItLeavesOut(t *testing.T) {
	in := strings.Repeat("So it is. ", read.MaxListed+10)
	out, errs, code := runText(t, in, "--json", "--no-places")
	var res read.Result
	if err := json.Unmarshal([]byte(out), &res); err != nil {
		t.Fatal(err)
	}
	if code != exitFindings || res.LeftOut == nil || res.LeftOut.Sentences < 10 || res.LeftOut.Bytes != 0 || !strings.Contains(errs, "sentences are not listed") {
		t.Errorf("code %d, %s, %+v", code, errs, res.LeftOut)
	}
	page := "<html>" + strings.Repeat(" ", read.MaxHTML) + "</html>"
	_, errs, code = runText(t, page, "--no-places")
	if code != exitFindings || !strings.Contains(errs, "-: 13 of 16777229 bytes were not read") {
		t.Errorf("code %d, %s", code, errs)
	}
	_, errs, code = runText(t, `{"text":"`+strings.Repeat("So it is. ", read.MaxListed+10)+`"}`+"\n"+`{"id":"b","text":"Five persons were wounded."}`, "--lines", "--no-places")
	if code != exitFindings || !strings.Contains(errs, "1: ") {
		t.Errorf("code %d, %s", code, errs)
	}
}

// What is counted is named once.
func TestAmountNamesItsPersonsOnce(t *testing.T) {
	five := 5.0
	q := &read.Quantity{Kind: "injured", Unit: "persons", Population: "persons", Low: 5, High: &five}
	if got := amount(q); got != "injured 5 persons" {
		t.Error(got)
	}
}
