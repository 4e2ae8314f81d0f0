package stix

// structural tells the bytes that matter to where a JSON value ends.
var structural = func() (t [256]bool) {
	for _, c := range []byte(`"{}[]`) {
		t[c] = true
	}
	return
}()

// skip steps over one JSON value by its brackets and quotes. If the value makes
// what is kept exceed the bound, it reports false: with drop it lets go of what
// it has seen and steps on to the end of the value, without it stops there.
func (d *Decoder) skip(drop bool) (whole bool, err error) {
	whole = true
	depth, inString, begun := 0, false, false
	i := d.pos
	// more reads on; i and d.pos move with the buffer.
	more := func() bool {
		if i-d.keep > d.lim.Object {
			whole = false
		}
		if !whole && drop {
			d.keep = i
		}
		d.pos = i
		shift, ok := d.fill()
		i -= shift
		return ok
	}
	for {
		if !whole && !drop {
			d.pos = i
			return false, nil
		}
		if inString {
			for i < len(d.buf) && d.buf[i] != '"' && d.buf[i] != '\\' {
				i++
			}
			if i >= len(d.buf) {
				if !more() {
					return false, d.fail("")
				}
				continue
			}
			if d.buf[i] == '\\' {
				if i+1 >= len(d.buf) {
					if !more() {
						d.pos = len(d.buf)
						return false, d.fail("")
					}
					continue
				}
				i += 2
				continue
			}
			i++
			inString = false
			if depth == 0 {
				break
			}
			continue
		}
		if depth == 0 {
			if i >= len(d.buf) {
				if !more() {
					break
				}
				continue
			}
			switch d.buf[i] {
			case '"':
				inString = true
				i++
				continue
			case '{', '[':
				depth = 1
				i++
				continue
			}
			// a number or a word
			if c := d.buf[i]; c != ',' && c != ']' && c != '}' && c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ':' {
				begun = true
				i++
				continue
			}
			if !begun {
				return false, d.fail("expected a JSON value")
			}
			break
		}
		for i < len(d.buf) && !structural[d.buf[i]] {
			i++
		}
		if i >= len(d.buf) {
			if !more() {
				d.pos = len(d.buf)
				return false, d.fail("")
			}
			continue
		}
		switch d.buf[i] {
		case '"':
			inString = true
		case '{', '[':
			depth++
		default:
			depth--
		}
		i++
		if depth == 0 {
			break
		}
	}
	d.pos = i
	if whole && i-d.keep > d.lim.Object {
		whole = false
	}
	return whole, nil
}
