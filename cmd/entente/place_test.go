package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// A broken line is answered in plain words and with no places.
func TestBrokenPlaceLines(t *testing.T) {
	for line, want := range map[string]string{
		`{"id":1,"text":5}`:     `"text" is a number, not a text in quotation marks`,
		`{"id":1,"text":["a"]}`: `"text" is an array, not a text in quotation marks`,
		`[1]`:                   "the line is JSON, but an array and no object",
		`"Homs"`:                "the line is JSON, but a string and no object",
		`{"id":1,`:              "the line is no JSON from byte",
		`Clashes in Homs`:       "the line is no JSON from byte 1 on",
		``:                      "the line is empty",
	} {
		var in struct {
			ID   json.RawMessage `json:"id"`
			Text string          `json:"text"`
		}
		err := json.Unmarshal([]byte(line), &in)
		if err == nil {
			t.Fatalf("%s is read", line)
		}
		var got struct {
			Places []json.RawMessage
			Error  string
		}
		raw := brokenPlaceLine(line, err)
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(got.Error, want) || got.Places == nil || strings.Contains(got.Error, "struct") || strings.Contains(got.Error, "Go ") {
			t.Errorf("%s: %s", line, raw)
		}
	}
}
