package stix

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

type patternParser struct {
	lex   lexer
	tok   token
	depth int
	old   bool // the grammar of STIX 2.0: no EXISTS, qualifiers may repeat
	out   *Pattern
}

// parsePattern parses a pattern by the grammar of the named version of the
// specification: every version but 2.1 means 2.0, as in the OASIS validator.
func parsePattern(s []byte, version string) (*Pattern, *PatternError) {
	if len(s) > maxPattern {
		return nil, &PatternError{0, "bound", fmt.Sprintf("%d bytes exceed the bound of %d", len(s), maxPattern)}
	}
	if !utf8.Valid(s) {
		return nil, &PatternError{0, "9", "is no UTF-8"}
	}
	text := string(s)
	p := &patternParser{lex: lexer{src: text}, old: version != "2.1", out: &Pattern{text: text}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	root, err := p.followedBy()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokEnd {
		return nil, p.unexpected("the end of the pattern")
	}
	p.out.root = root
	return p.out, nil
}

func (p *patternParser) advance() *PatternError {
	t, err := p.lex.next()
	p.tok = t
	return err
}

func (p *patternParser) unexpected(want string) *PatternError {
	got := p.tok.kind.String()
	if p.tok.text != "" {
		got = strconv.Quote(clip(p.tok.text))
	}
	return &PatternError{p.tok.off, "9", "expected " + want + ", got " + got}
}

func (p *patternParser) is(kind tokenKind, text string) bool {
	return p.tok.kind == kind && p.tok.text == text
}

// accept steps over the token if it is the one asked for.
func (p *patternParser) accept(kind tokenKind, text string) (bool, *PatternError) {
	if !p.is(kind, text) {
		return false, nil
	}
	return true, p.advance()
}

func (p *patternParser) expect(kind tokenKind, text string) *PatternError {
	ok, err := p.accept(kind, text)
	if err == nil && !ok {
		err = p.unexpected(strconv.Quote(text))
	}
	return err
}

func (p *patternParser) nest() *PatternError {
	p.depth++
	if p.depth > maxPatternDepth {
		return &PatternError{p.tok.off, "bound", fmt.Sprintf("parentheses nest deeper than %d", maxPatternDepth)}
	}
	return nil
}

// chain parses operands joined by one keyword, which binds from the left.
func (p *patternParser) chain(keyword string, op obsOp, operand func() (*observation, *PatternError)) (*observation, *PatternError) {
	left, err := operand()
	for err == nil && p.is(tokKeyword, keyword) {
		if err = p.advance(); err != nil {
			break
		}
		var right *observation
		if right, err = operand(); err == nil {
			left = &observation{op: op, left: left, right: right}
		}
	}
	return left, err
}

// FOLLOWEDBY binds weakest, then OR, then AND.

func (p *patternParser) followedBy() (*observation, *PatternError) {
	return p.chain("FOLLOWEDBY", obsFollowedBy, p.either)
}

func (p *patternParser) either() (*observation, *PatternError) { return p.chain("OR", obsOr, p.both) }

func (p *patternParser) both() (*observation, *PatternError) {
	return p.chain("AND", obsAnd, p.qualified)
}

// qualified parses a bracketed or parenthesised expression and its qualifiers.
func (p *patternParser) qualified() (*observation, *PatternError) {
	var o *observation
	group := false
	switch {
	case p.is(tokSymbol, "["):
		if err := p.advance(); err != nil {
			return nil, err
		}
		test, err := p.comparisons()
		if err != nil {
			return nil, err
		}
		if err := p.expect(tokSymbol, "]"); err != nil {
			return nil, err
		}
		o = &observation{op: obsTest, test: test, index: len(p.out.simple)}
		p.out.simple = append(p.out.simple, o)
	case p.is(tokSymbol, "("):
		group = true
		if err := p.nest(); err != nil {
			return nil, err
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
		var err *PatternError
		if o, err = p.followedBy(); err != nil {
			return nil, err
		}
		if err := p.expect(tokSymbol, ")"); err != nil {
			return nil, err
		}
		p.depth--
	default:
		return nil, p.unexpected("[ or (")
	}
	return p.qualifiers(o, group)
}

// qualifiers parses what follows an observation expression. One kind may stand
// twice only after a parenthesised expression (9.5.1).
func (p *patternParser) qualifiers(o *observation, group bool) (*observation, *PatternError) {
	var seen [obsStartStop + 1]bool
	for n := 0; p.tok.kind == tokKeyword; n++ {
		if n >= maxPatternDepth {
			return nil, &PatternError{p.tok.off, "bound", fmt.Sprintf("more than %d qualifiers", maxPatternDepth)}
		}
		q := &observation{left: o}
		off, word := p.tok.off, p.tok.text
		var err *PatternError
		switch word {
		case "WITHIN":
			q.op = obsWithin
			q.seconds, err = p.within()
		case "REPEATS":
			q.op = obsRepeats
			q.times, err = p.repeats()
		case "START":
			q.op = obsStartStop
			q.start, q.stop, err = p.startStop()
		default:
			return o, nil
		}
		if err != nil {
			return nil, err
		}
		if seen[q.op] && !group && !p.old {
			return nil, &PatternError{off, "9.5.1", "qualifier " + word + " stands twice; put parentheses around the first"}
		}
		seen[q.op] = true
		o = q
	}
	return o, nil
}

func (p *patternParser) within() (float64, *PatternError) {
	if err := p.advance(); err != nil {
		return 0, err
	}
	if p.tok.kind != tokInt && p.tok.kind != tokFloat || p.tok.text[0] == '-' {
		return 0, p.unexpected("a positive number of seconds")
	}
	f, err := strconv.ParseFloat(p.tok.text, 64)
	if err != nil || f <= 0 || math.IsInf(f, 0) {
		return 0, &PatternError{p.tok.off, "9.5.1", "WITHIN needs a positive number of seconds, not " + clip(p.tok.text)}
	}
	if err := p.advance(); err != nil {
		return 0, err
	}
	return f, p.expect(tokKeyword, "SECONDS")
}

func (p *patternParser) repeats() (int64, *PatternError) {
	if err := p.advance(); err != nil {
		return 0, err
	}
	if p.tok.kind != tokInt || p.tok.text[0] == '-' {
		return 0, p.unexpected("a positive number of times")
	}
	n, err := strconv.ParseInt(p.tok.text, 10, 64)
	if err != nil || n <= 0 {
		return 0, &PatternError{p.tok.off, "9.5.1", "REPEATS needs a positive number of times, not " + clip(p.tok.text)}
	}
	if err := p.advance(); err != nil {
		return 0, err
	}
	return n, p.expect(tokKeyword, "TIMES")
}

func (p *patternParser) startStop() (start, stop instant, err *PatternError) {
	if start, err = p.qualifierTime(); err != nil {
		return
	}
	if !p.is(tokKeyword, "STOP") {
		return start, stop, p.unexpected("STOP")
	}
	stop, err = p.qualifierTime()
	return
}

// qualifierTime parses the timestamp after START or STOP, on which it stands.
// The grammar of 2.1 has a timestamp constant there.
func (p *patternParser) qualifierTime() (instant, *PatternError) {
	if err := p.advance(); err != nil {
		return instant{}, err
	}
	if p.tok.kind != tokTime {
		return instant{}, p.unexpected("a timestamp t'...'")
	}
	at := patternInstant(p.tok.text)
	return at, p.advance()
}

// patternInstant reads a timestamp constant that is in form. A day beyond the
// end of its month, which the grammar lets pass, is that many days after it.
func patternInstant(s string) instant {
	at, fault := parseTimestamp([]byte(s))
	if fault == timestampOK {
		return at
	}
	num := func(from, to int) int { n, _ := strconv.Atoi(s[from:to]); return n }
	sec := dayNumber(max(num(0, 4), 1), num(5, 7), num(8, 10))*86400 + int64(num(11, 13)*3600+num(14, 16)*60+num(17, 19))
	var frac []byte
	if len(s) > 21 {
		frac = []byte(strings.TrimRight(s[20:len(s)-1], "0"))
	}
	return instant{sec, frac}
}

// comparisons parses what stands in brackets: OR binds weaker than AND.
func (p *patternParser) comparisons() (*comparisonExpr, *PatternError) {
	left, err := p.comparisonAnd()
	for err == nil && p.is(tokKeyword, "OR") {
		if err = p.advance(); err != nil {
			break
		}
		var right *comparisonExpr
		if right, err = p.comparisonAnd(); err == nil {
			left = &comparisonExpr{op: '|', left: left, right: right}
		}
	}
	return left, err
}

func (p *patternParser) comparisonAnd() (*comparisonExpr, *PatternError) {
	left, err := p.propTest()
	for err == nil && p.is(tokKeyword, "AND") {
		if err = p.advance(); err != nil {
			break
		}
		var right *comparisonExpr
		if right, err = p.propTest(); err == nil {
			left = &comparisonExpr{op: '&', left: left, right: right}
		}
	}
	return left, err
}

func (p *patternParser) propTest() (*comparisonExpr, *PatternError) {
	if ok, err := p.accept(tokSymbol, "("); err != nil {
		return nil, err
	} else if ok {
		if err := p.nest(); err != nil {
			return nil, err
		}
		e, err := p.comparisons()
		if err != nil {
			return nil, err
		}
		p.depth--
		return e, p.expect(tokSymbol, ")")
	}
	c := &comparison{off: p.tok.off}
	var err *PatternError
	if p.is(tokKeyword, "NOT") || p.is(tokKeyword, "EXISTS") {
		err = p.exists(c)
	} else {
		err = p.compare(c)
	}
	if err != nil {
		return nil, err
	}
	p.out.tests = append(p.out.tests, c)
	return &comparisonExpr{test: c}, nil
}

func (p *patternParser) exists(c *comparison) (err *PatternError) {
	if p.old {
		return p.unexpected("an object path (EXISTS is of STIX 2.1)")
	}
	if c.not, err = p.accept(tokKeyword, "NOT"); err != nil {
		return err
	}
	c.op = "EXISTS"
	if err := p.expect(tokKeyword, "EXISTS"); err != nil {
		return err
	}
	return p.objectPath(c)
}

func (p *patternParser) compare(c *comparison) (err *PatternError) {
	if err := p.objectPath(c); err != nil {
		return err
	}
	if c.not, err = p.accept(tokKeyword, "NOT"); err != nil {
		return err
	}
	c.op = p.tok.text
	switch {
	case p.tok.kind == tokSymbol && (c.op == "=" || c.op == "!="):
		return p.constantAfter(c, true)
	case p.tok.kind == tokSymbol && (c.op == "<" || c.op == "<=" || c.op == ">" || c.op == ">="):
		return p.constantAfter(c, false)
	case p.tok.kind == tokKeyword && c.op == "IN":
		return p.set(c)
	case p.tok.kind == tokKeyword && (c.op == "LIKE" || c.op == "MATCHES" || c.op == "ISSUBSET" || c.op == "ISSUPERSET"):
		if err := p.advance(); err != nil {
			return err
		}
		if p.tok.kind != tokString {
			return p.unexpected("a string")
		}
		return p.literal(c)
	}
	return p.unexpected("a comparison operator")
}

func (p *patternParser) constantAfter(c *comparison, boolean bool) *PatternError {
	if err := p.advance(); err != nil {
		return err
	}
	if p.tok.kind == tokBool && !boolean {
		return p.unexpected("a constant that has an order")
	}
	return p.literal(c)
}

func (p *patternParser) literal(c *comparison) *PatternError {
	switch p.tok.kind {
	case tokInt, tokFloat, tokString, tokHex, tokBinary, tokTime, tokBool:
	default:
		return p.unexpected("a constant")
	}
	l := literal{p.tok.kind, p.tok.text}
	if l.kind == tokString {
		l.text = unescapePattern(l.text)
	}
	if fault := c.hashFault(l); fault != "" {
		return &PatternError{p.tok.off, "9.7", fault}
	}
	c.values = append(c.values, l)
	return p.advance()
}

func (p *patternParser) set(c *comparison) *PatternError {
	if err := p.advance(); err != nil {
		return err
	}
	if err := p.expect(tokSymbol, "("); err != nil {
		return err
	}
	if ok, err := p.accept(tokSymbol, ")"); ok || err != nil {
		return err
	}
	for {
		if err := p.literal(c); err != nil {
			return err
		}
		if ok, err := p.accept(tokSymbol, ","); err != nil {
			return err
		} else if !ok {
			return p.expect(tokSymbol, ")")
		}
	}
}

// objectPath parses type:name and the steps after it.
func (p *patternParser) objectPath(c *comparison) *PatternError {
	if p.tok.kind != tokWord && p.tok.kind != tokHyphened {
		return p.unexpected("an object type")
	}
	c.typ = p.tok.text
	if err := p.advance(); err != nil {
		return err
	}
	if err := p.expect(tokSymbol, ":"); err != nil {
		return err
	}
	if err := p.pathName(c); err != nil {
		return err
	}
	for {
		if ok, err := p.accept(tokSymbol, "."); err != nil {
			return err
		} else if ok {
			if err := p.pathName(c); err != nil {
				return err
			}
			continue
		}
		if ok, err := p.accept(tokSymbol, "["); err != nil {
			return err
		} else if !ok {
			return nil
		}
		step := pathStep{list: true}
		switch {
		case p.is(tokSymbol, "*"):
			step.star = true
		case p.tok.kind == tokInt && p.tok.text[0] != '-':
			n, err := strconv.Atoi(p.tok.text)
			if err != nil {
				return p.unexpected("a list index")
			}
			step.index = n
		default:
			return p.unexpected("a list index or *")
		}
		c.path = append(c.path, step)
		if err := p.advance(); err != nil {
			return err
		}
		if err := p.expect(tokSymbol, "]"); err != nil {
			return err
		}
	}
}

func (p *patternParser) pathName(c *comparison) *PatternError {
	if p.tok.kind != tokWord && p.tok.kind != tokString && p.tok.kind != tokBool {
		return p.unexpected("a property name")
	}
	if p.tok.kind == tokBool {
		return p.unexpected("a property name")
	}
	step := pathStep{name: p.tok.text}
	if p.tok.kind == tokString {
		step.name, step.quoted = unescapePattern(p.tok.text), true
	}
	c.path = append(c.path, step)
	return p.advance()
}

// hashFault says why constant l is no value of the hash algorithm that the
// object path names, or "". LIKE and MATCHES compare with less than a value.
func (c *comparison) hashFault(l literal) string {
	if c.op == "LIKE" || c.op == "MATCHES" || len(c.path) == 0 {
		return ""
	}
	inHashes := false
	for _, s := range c.path {
		inHashes = inHashes || !s.list && s.name == "hashes"
	}
	last := c.path[len(c.path)-1]
	if !inHashes || last.list {
		return ""
	}
	lengths, known := patternHashes[strings.ReplaceAll(strings.ReplaceAll(strings.ToUpper(last.name), "-", ""), "'", "")]
	if !known {
		return ""
	}
	if lengths == nil {
		if fault := hashFault([]byte("SSDEEP"), []byte(l.text)); fault != "" {
			return strconv.Quote(clip(l.text)) + " " + fault
		}
		return ""
	}
	for _, n := range lengths {
		if len(l.text) == n && allHex([]byte(l.text)) {
			return ""
		}
	}
	return fmt.Sprintf("%q is no %s value: hexadecimal digits of the algorithm's length are wanted", clip(l.text), last.name)
}

// patternHashes has the lengths in hexadecimal digits of the hash algorithms
// that are known in patterns, by name without hyphens; nil is ssdeep's own form.
var patternHashes = map[string][]int{
	"MD5": {32}, "MD6": {32, 40, 56, 64, 96, 128}, "RIPEMD160": {40}, "SHA1": {40}, "SHA224": {56}, "SHA256": {64},
	"SHA384": {96}, "SHA512": {128}, "SHA3224": {56}, "SHA3256": {64}, "SHA3384": {96}, "SHA3512": {128},
	"SSDEEP": nil, "WHIRLPOOL": {128},
}
