package names

// statedAcronym recognises one name as the acronym that the other gives of itself in parentheses.
func statedAcronym(a, b *Name) float64 {
	for _, p := range [...][2]*Name{{a, b}, {b, a}} {
		if x := p[0].acronym; len(x) >= 3 && (p[1].acronym == x || p[1].folded == x) {
			return 0.85
		}
	}
	return 0
}

// acronymOf recognises one name as the first letters of the other: 0.85 when every word takes part, 0 when not.
func acronymOf(a, b *Name) float64 {
	if len(a.Tokens) > len(b.Tokens) {
		a, b = b, a
	}
	var short string
	for i := range a.Tokens {
		if a.Tokens[i].Role == RoleLegal {
			continue
		}
		if short != "" {
			return 0
		}
		short = a.Tokens[i].Text
	}
	letters := []rune(short)
	if len(letters) < 3 || len(letters) > 8 {
		return 0
	}
	for _, withLegal := range [...]bool{false, true} {
		var initials []rune
		for i := range b.Tokens {
			t := &b.Tokens[i]
			if t.Role == RoleLegal && !withLegal {
				continue
			}
			r, _ := firstRune(t.Text)
			initials = append(initials, r)
		}
		if len(initials) >= 3 && string(initials) == short {
			return 0.85
		}
	}
	return 0
}
