package section

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"
)

// maxPassword bounds what is hashed.
const maxPassword = 1024 // bytes

// preparePassword brings a password to the form that is hashed: RFC 8265
// OpaqueString, so that the same characters typed on another keyboard or
// system are the same password in every script.
func preparePassword(password string) (string, bool) {
	if len(password) > maxPassword || !utf8.ValidString(password) {
		return "", false
	}
	p, err := precis.OpaqueString.String(password)
	return p, err == nil
}

// checkPassword says whether a new password is acceptable and returns it
// prepared. There are no rules on kinds of characters (NIST SP 800-63B-4,
// section 3.1.1.2): length, and not the obvious.
func (s *Section) checkPassword(password, login, name string) (string, error) {
	p, ok := preparePassword(password)
	if !ok {
		return "", refusePassword("it holds characters that cannot be in a password, or is too long", "leave out control characters")
	}
	if utf8.RuneCountInString(p) < s.o.MinPassword {
		return "", refusePassword("it is too short", "use at least "+strconv.Itoa(s.o.MinPassword)+" characters; four or more unrelated words are good")
	}
	distinct := map[rune]bool{}
	for _, r := range p {
		distinct[r] = true
	}
	if len(distinct) < 5 {
		return "", refusePassword("it repeats few characters", "use at least five different characters")
	}
	for _, own := range [...]string{login, strings.ToLower(name)} {
		// A name of two or three letters is found in words by chance.
		if utf8.RuneCountInString(own) >= 4 && strings.Contains(strings.ToLower(p), own) {
			return "", refusePassword("it holds your log-in or your name", "leave them out")
		}
	}
	return p, nil
}

func refusePassword(why, cure string) *Refusal {
	return &Refusal{Code: CodePassword, What: "the new password is refused", Why: why, Cure: cure, err: ErrPassword}
}
