package passage

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// LooksLikeHTML reports whether a text is a web page or a piece of one.
func LooksLikeHTML(s string) bool {
	head := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(s[:min(len(s), 2048)], "\ufeff")))
	if !strings.HasPrefix(head, "<") {
		return false
	}
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<article", "<main", "<div", "<p>", "<p ", "<section", "<h1", "<!--", "<table", "<span"} {
		if strings.HasPrefix(head, tag) {
			return true
		}
	}
	return false
}

// HTML brings the article of a web page into normal form, with offsets into
// the page's bytes. Scripts, navigation, headers and footers, forms, bars and
// captions are left out; where a page marks its article, only that is read.
// The elements that it knows as bars are those of package collect.
func HTML(page string) *Form { return HTMLIn(page, GuessEncoding(page)) }

// HTMLIn is HTML for a page whose encoding is known.
func HTMLIn(page string, e *Encoding) *Form {
	f := readHTML(page, e, true)
	if len(strings.TrimSpace(f.Text)) < 40 {
		if g := readHTML(page, e, false); len(g.Text) > len(f.Text) {
			return g
		}
	}
	return f
}

// htmlSkipped are elements without running text of the article.
var htmlSkipped = map[atom.Atom]bool{
	atom.Head: true, atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Nav: true, atom.Footer: true,
	atom.Aside: true, atom.Form: true, atom.Button: true, atom.Select: true, atom.Textarea: true, atom.Iframe: true, atom.Svg: true,
	atom.Canvas: true, atom.Video: true, atom.Audio: true, atom.Object: true, atom.Menu: true, atom.Dialog: true, atom.Figcaption: true, atom.Math: true,
}

var htmlRoles = set("navigation banner contentinfo complementary search dialog alert toolbar menu")

var htmlBars = set(`share sharing social breadcrumb breadcrumbs cookie cookies consent newsletter subscribe related recommended promo advert
	advertisement ad ads sidebar comments toolbar menu pagination tags nav navbar footer popup modal print caption credit`)

var htmlInline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Cite: true, atom.Code: true, atom.Data: true, atom.Del: true,
	atom.Dfn: true, atom.Em: true, atom.Font: true, atom.I: true, atom.Img: true, atom.Ins: true, atom.Kbd: true, atom.Mark: true, atom.Q: true,
	atom.S: true, atom.Samp: true, atom.Small: true, atom.Span: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Time: true, atom.U: true,
	atom.Var: true, atom.Wbr: true, atom.Label: true,
}

var htmlVoid = map[atom.Atom]bool{
	atom.Area: true, atom.Base: true, atom.Br: true, atom.Col: true, atom.Embed: true, atom.Hr: true, atom.Img: true, atom.Input: true,
	atom.Link: true, atom.Meta: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
}

// element is an open element; skip says that it and what is in it is left out.
type element struct {
	tag  atom.Atom
	skip bool
}

// maxOpen bounds how many open elements are followed.
const maxOpen = 512

func readHTML(page string, e *Encoding, strict bool) *Form {
	b := newBuilder(page)
	var table *[256]rune
	name := ""
	if e != nil {
		table, name = &e.table, e.Name
		b.flags.Add(FlagDecoded, Span{0, len(page)})
	}
	z := html.NewTokenizer(strings.NewReader(page))
	var open []element
	skipping, inArticle := 0, 0
	articleFrom := -1
	at := 0
	breakLine := func(pos int) {
		if n := len(b.out); n > 0 && !(n > 1 && b.out[n-1] == '\n' && b.out[n-2] == '\n') {
			b.replace(pos, pos, "\n\n")
			b.base = -1
		}
	}
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		raw := z.Raw()
		start, end := at, at+len(raw)
		at = end
		switch kind {
		case html.TextToken:
			if skipping > 0 {
				break
			}
			b.cut(start)
			b.entities(start, end, table)
			b.cut(end)
		case html.StartTagToken, html.SelfClosingTagToken:
			tagName, more := z.TagName()
			tag := atom.Lookup(tagName)
			skip := htmlSkipped[tag]
			for more && !skip {
				var k, v []byte
				k, v, more = z.TagAttr()
				skip = skipsAttr(tag, string(k), string(v), strict)
			}
			skip = skip || tag == atom.Header && inArticle == 0 && strict
			if skipping == 0 && !htmlInline[tag] {
				if tag == atom.Br {
					b.replace(start, end, "\n")
				} else {
					breakLine(start)
				}
			}
			if kind == html.SelfClosingTagToken || htmlVoid[tag] || len(open) == maxOpen {
				break
			}
			open = append(open, element{tag, skip})
			if skip {
				skipping++
			}
			if tag == atom.Article || tag == atom.Main {
				inArticle++
				if articleFrom < 0 && skipping == 0 && strict && strings.Contains(page[end:], "</"+string(tagName)) {
					// What was before the article is not of it.
					b.out, b.f.pieces, articleFrom = b.out[:0], nil, end
					b.flags = Flagging{}
				}
			}
		case html.EndTagToken:
			tagName, _ := z.TagName()
			tag := atom.Lookup(tagName)
			for i := len(open) - 1; i >= 0 && i >= len(open)-40; i-- {
				if open[i].tag != tag {
					continue
				}
				for _, e := range open[i:] {
					if e.skip {
						skipping--
					}
					if e.tag == atom.Article || e.tag == atom.Main {
						inArticle--
					}
				}
				open = open[:i]
				break
			}
			if skipping == 0 && !htmlInline[tag] {
				breakLine(end)
			}
			if articleFrom >= 0 && inArticle == 0 && (tag == atom.Article || tag == atom.Main) && len(b.out) > 200 {
				return b.form(name)
			}
		}
	}
	return b.form(name)
}

func skipsAttr(tag atom.Atom, k, v string, strict bool) bool {
	switch k {
	case "hidden":
		return true
	case "aria-hidden":
		return v == "true"
	case "role":
		return htmlRoles[v]
	case "style":
		return strings.Contains(strings.ReplaceAll(strings.ToLower(v), " ", ""), "display:none")
	case "class", "id":
		if !strict || tag == atom.Body || tag == atom.Html || tag == atom.Article || tag == atom.Main {
			return false
		}
		for _, w := range strings.FieldsFunc(strings.ToLower(v), func(r rune) bool { return r == ' ' || r == '-' || r == '_' }) {
			if htmlBars[w] {
				return true
			}
		}
	}
	return false
}

// entities writes text of a page and its character references.
func (b *builder) entities(start, end int, table *[256]rune) {
	s := b.f.Original
	for i := start; i < end; {
		j := strings.IndexByte(s[i:end], '&')
		if j < 0 {
			j = end - i
		}
		b.plain(i, i+j, table)
		if i += j; i == end {
			return
		}
		k := i + 1
		for k < end && k-i < 32 && (s[k] == '#' || s[k] >= '0' && s[k] <= '9' || s[k]|0x20 >= 'a' && s[k]|0x20 <= 'z') {
			k++
		}
		if k < end && s[k] == ';' {
			k++
		}
		shown := html.UnescapeString(s[i:k])
		if shown == s[i:k] {
			b.plain(i, i+1, table)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(shown)
		b.put(r, i, k)
		for _, r := range shown[n:] {
			b.out = utf8.AppendRune(b.out, r)
		}
		if n < len(shown) {
			b.cut(k)
		}
		i = k
	}
}

// plain writes text of a page, whose ends of lines are spaces.
func (b *builder) plain(start, end int, table *[256]rune) {
	s := b.f.Original
	from := start
	for i := start; i <= end; i++ {
		if i < end && table == nil && s[i] != '\n' && s[i] != '\r' {
			continue
		}
		if table == nil {
			b.text(from, i)
		}
		from = i + 1
		if i == end {
			break
		}
		if s[i] == '\n' || s[i] == '\r' {
			b.replace(i, i+1, " ")
			b.base = -1
		} else {
			b.put(table[s[i]], i, i+1)
		}
	}
}
