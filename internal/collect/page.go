package collect

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"entente/act"
)

// HTML takes in a web page: the text of its article, without navigation,
// headers and footers, share bars, scripts and forms. Headings begin portions.
// The encoding is the one that the page or its media type states; a page that
// states none must be UTF-8. Nothing is fetched. All else is as for [Text].
func HTML(r io.Reader, o Options) ([]Draft, error) {
	src := newSource(r, maxHTMLBytes)
	b, err := io.ReadAll(src)
	if err != nil {
		return nil, err
	}
	if b, err = toUTF8(b, o.MediaType); err != nil {
		return nil, err
	}
	doc, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		return nil, refuse(ErrNoText, "the page cannot be read: %v", err)
	}
	h := htmlReader{}
	h.head(doc)
	for _, strict := range []bool{true, false} {
		h.strict, h.page.paragraphs = strict, nil
		h.blocks(mainPart(doc))
		h.flush(false)
		h.dropBars()
		if len(h.page.paragraphs) > 0 {
			break
		}
	}
	return drafts(h.page, src.file(&o), &o)
}

// toUTF8 converts a page from the encoding that it states.
func toUTF8(b []byte, mediaType string) ([]byte, error) {
	enc, name, _ := charset.DetermineEncoding(b[:min(len(b), 1024)], mediaType)
	if name == "utf-8" || utf8.Valid(b) {
		if !utf8.Valid(b) {
			return nil, refuse(act.ErrUTF8, "the page says that it is UTF-8 and is not")
		}
		return b, nil
	}
	if !statesEncoding(b, mediaType) {
		return nil, refuse(act.ErrUTF8, "the page states no encoding and is not UTF-8")
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return nil, refuse(act.ErrUTF8, "the page is not %s as it says", name)
	}
	return out, nil
}

func statesEncoding(b []byte, mediaType string) bool {
	head := bytes.ToLower(b[:min(len(b), 1024)])
	return strings.Contains(strings.ToLower(mediaType), "charset=") || bytes.Contains(head, []byte("charset=")) ||
		bytes.HasPrefix(b, []byte{0xFE, 0xFF}) || bytes.HasPrefix(b, []byte{0xFF, 0xFE})
}

// maxHTMLDepth bounds the nesting of elements.
const maxHTMLDepth = 400

type htmlReader struct {
	page   page
	strict bool
	// text is the paragraph that is being read, linked how much of it stands
	// inside links.
	text   strings.Builder
	linked int
	inLink int
	inPre  int
	depth  int
	// bars says of each paragraph whether it is a bar of links.
	bars []bool
}

// lineBreak stands for the end of a line that is to be seen, while a paragraph
// is read: no text of a page holds it, since it is a control character.
const lineBreak = "\x1e"

// head takes title and language.
func (h *htmlReader) head(n *html.Node) {
	walk(n, func(n *html.Node) bool {
		switch n.DataAtom {
		case atom.Html:
			h.page.lang = langTag(attr(n, "lang"))
		case atom.Title:
			if h.page.title == "" && n.Parent != nil && n.Parent.DataAtom == atom.Head {
				h.page.title = oneLine(textOf(n))
			}
		case atom.Meta:
			if attr(n, "property") == "og:title" {
				if t := oneLine(attr(n, "content")); t != "" {
					h.page.title = t
				}
			}
		}
		return true
	})
}

// walk visits n and what is below it, without recursion.
func walk(n *html.Node, visit func(*html.Node) bool) {
	for c := n; c != nil; {
		if visit(c) && c.FirstChild != nil {
			c = c.FirstChild
			continue
		}
		for c != n && c.NextSibling == nil {
			if c = c.Parent; c == nil {
				return
			}
		}
		if c == n {
			return
		}
		c = c.NextSibling
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	walk(n, func(n *html.Node) bool {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		return true
	})
	return b.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// langTag takes language and region of a tag that a page states, if acts can
// carry it.
func langTag(s string) string {
	parts := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == '-' || r == '_' })
	letters := func(s string) bool { return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" }
	if len(parts) == 0 || len(parts[0]) < 2 || len(parts[0]) > 3 || !letters(parts[0]) {
		return ""
	}
	if len(parts) == 2 && len(parts[1]) == 2 && letters(parts[1]) {
		return parts[0] + "-" + strings.ToUpper(parts[1])
	}
	return parts[0]
}

// mainPart returns the article or main element with the most text, or the
// whole page where there is none with a good part of the page's text.
func mainPart(doc *html.Node) *html.Node {
	var best *html.Node
	most, all := 0, 0
	walk(doc, func(n *html.Node) bool {
		switch {
		case n.Type == html.TextNode:
			all += len(strings.TrimSpace(n.Data))
		case n.DataAtom == atom.Script, n.DataAtom == atom.Style:
			return false
		case n.DataAtom == atom.Article, n.DataAtom == atom.Main, attr(n, "role") == "main":
			if l := len(strings.TrimSpace(textOf(n))); l > most {
				best, most = n, l
			}
		}
		return true
	})
	if best == nil || most < all/5 {
		return doc
	}
	return best
}

// skipped are the elements without running text of the article.
var skipped = map[atom.Atom]bool{
	atom.Head: true, atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Nav: true, atom.Footer: true,
	atom.Aside: true, atom.Form: true, atom.Button: true, atom.Select: true, atom.Input: true, atom.Textarea: true, atom.Iframe: true,
	atom.Svg: true, atom.Canvas: true, atom.Video: true, atom.Audio: true, atom.Object: true, atom.Embed: true, atom.Menu: true, atom.Dialog: true,
	atom.Math: true, atom.Map: true,
}

var skippedRoles = map[string]bool{
	"navigation": true, "banner": true, "contentinfo": true, "complementary": true, "search": true, "dialog": true, "alert": true, "toolbar": true, "menu": true,
}

// bars are words in the class or id of what stands around an article.
var bars = map[string]bool{
	"share": true, "sharing": true, "social": true, "breadcrumb": true, "breadcrumbs": true, "cookie": true, "cookies": true, "consent": true,
	"newsletter": true, "subscribe": true, "related": true, "recommended": true, "promo": true, "advert": true, "advertisement": true, "ad": true, "ads": true,
	"sidebar": true, "comments": true, "toolbar": true, "menu": true, "pagination": true, "tags": true, "nav": true, "navbar": true, "footer": true, "popup": true, "modal": true, "print": true,
}

func (h *htmlReader) skips(n *html.Node) bool {
	if skipped[n.DataAtom] || skippedRoles[attr(n, "role")] || attr(n, "aria-hidden") == "true" {
		return true
	}
	for _, a := range n.Attr {
		switch {
		case a.Key == "hidden", a.Key == "style" && strings.Contains(strings.ReplaceAll(a.Val, " ", ""), "display:none"):
			return true
		case h.strict && (a.Key == "class" || a.Key == "id") && n.DataAtom != atom.Body && n.DataAtom != atom.Html && n.DataAtom != atom.Article && n.DataAtom != atom.Main:
			for _, w := range strings.FieldsFunc(strings.ToLower(a.Val), func(r rune) bool { return r == ' ' || r == '-' || r == '_' }) {
				if bars[w] {
					return true
				}
			}
		}
	}
	return n.DataAtom == atom.Header && !insideArticle(n)
}

// insideArticle reports whether a header is that of an article, which holds its
// headline, and not that of the site.
func insideArticle(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == atom.Article || p.DataAtom == atom.Main || attr(p, "role") == "main" {
			return true
		}
	}
	return false
}

// inlines are the elements that do not end a paragraph.
var inlines = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Cite: true, atom.Code: true, atom.Data: true, atom.Del: true, atom.Dfn: true,
	atom.Em: true, atom.Font: true, atom.I: true, atom.Img: true, atom.Ins: true, atom.Kbd: true, atom.Mark: true, atom.Q: true, atom.Rp: true, atom.Rt: true,
	atom.Ruby: true, atom.S: true, atom.Samp: true, atom.Small: true, atom.Span: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Time: true,
	atom.U: true, atom.Var: true, atom.Wbr: true, atom.Label: true,
}

// blocks reads the text below n.
func (h *htmlReader) blocks(n *html.Node) {
	if h.depth == maxHTMLDepth {
		return
	}
	h.depth++
	defer func() { h.depth-- }()
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			if h.inPre > 0 {
				h.text.WriteString(strings.ReplaceAll(c.Data, "\n", lineBreak))
			} else {
				h.text.WriteString(c.Data)
			}
			if h.inLink > 0 {
				h.linked += len(strings.TrimSpace(c.Data))
			}
		case html.ElementNode:
			h.element(c)
		}
	}
}

func (h *htmlReader) element(n *html.Node) {
	if h.skips(n) {
		return
	}
	switch a := n.DataAtom; {
	case a == atom.Br:
		h.text.WriteString(lineBreak)
	case a == atom.Td || a == atom.Th:
		if h.text.Len() > 0 {
			h.text.WriteString(" | ")
		}
		h.blocks(n)
	case inlines[a]:
		if a == atom.A {
			h.inLink++
			defer func() { h.inLink-- }()
		}
		h.blocks(n)
	default:
		h.flush(false)
		heading := a == atom.H1 || a == atom.H2 || a == atom.H3 || a == atom.H4
		if a == atom.Li {
			h.text.WriteString("- ")
		}
		if a == atom.Pre {
			h.inPre++
			defer func() { h.inPre-- }()
		}
		h.blocks(n)
		h.flush(heading)
	}
}

// flush ends a paragraph.
func (h *htmlReader) flush(heading bool) {
	var lines []string
	for line := range strings.SplitSeq(h.text.String(), lineBreak) {
		lines = append(lines, oneLine(line))
	}
	t := strings.TrimSpace(strings.Join(lines, "\n"))
	linked := h.linked
	h.text.Reset()
	h.linked = 0
	if t == "" || t == "-" {
		return
	}
	h.page.paragraphs = append(h.page.paragraphs, paragraph{text: t, heading: heading})
	h.bars = append(h.bars[:len(h.page.paragraphs)-1], !heading && len(t) < 160 && linked*10 > len(t)*6)
}

// dropBars drops short paragraphs that are mostly links: lists of other pages.
func (h *htmlReader) dropBars() {
	var kept []paragraph
	for i, p := range h.page.paragraphs {
		if !h.bars[i] {
			kept = append(kept, p)
		}
	}
	h.page.paragraphs = kept
	if h.page.title == "" {
		for _, p := range kept {
			if p.heading {
				h.page.title = p.text
				return
			}
		}
	}
}
