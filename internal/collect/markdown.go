package collect

import (
	"io"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxMarkdownBytes bounds a Markdown file: emphasis and links can cost more
// than their length.
const maxMarkdownBytes = 1 << 20

// Markdown takes in a text in Markdown (CommonMark 0.31 with tables). Headings
// begin portions; marks, addresses of links and raw HTML are left out. All else
// is as for [Text].
func Markdown(r io.Reader, o Options) ([]Draft, error) {
	src := newSource(r, maxMarkdownBytes)
	s, err := readText(src)
	if err != nil {
		return nil, err
	}
	b := []byte(s)
	m := mdReader{src: b}
	m.blocks(goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(b)), "", 0)
	return drafts(m.page, src.file(&o), &o)
}

// maxBlocks bounds how deep lists and quotations may be nested.
const maxBlocks = 64

type mdReader struct {
	src  []byte
	page page
}

// blocks adds the paragraphs below n, each with the mark of what it stands in.
func (m *mdReader) blocks(n ast.Node, mark string, depth int) {
	if depth > maxBlocks {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch b := c.(type) {
		case *ast.Heading:
			t := m.inline(b)
			if m.page.title == "" {
				m.page.title = t
			}
			m.page.paragraphs = append(m.page.paragraphs, paragraph{text: t, heading: true})
		case *ast.Paragraph, *ast.TextBlock:
			m.add(mark, m.inline(b))
			mark = strings.Repeat(" ", len(mark))
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			m.add(mark, string(c.Lines().Value(m.src)))
		case *ast.HTMLBlock, *ast.ThematicBreak:
		case *ast.ListItem:
			m.blocks(b, mark+"- ", depth+1)
		case *east.TableHeader, *east.TableRow:
			var cells []string
			for cell := c.FirstChild(); cell != nil; cell = cell.NextSibling() {
				cells = append(cells, m.inline(cell))
			}
			m.add(mark, strings.Join(cells, " | "))
		default: // quotations, lists, tables
			m.blocks(c, mark, depth+1)
		}
	}
}

func (m *mdReader) add(mark, t string) {
	if strings.TrimSpace(t) != "" {
		m.page.paragraphs = append(m.page.paragraphs, paragraph{text: strings.TrimSpace(mark + t)})
	}
}

// inline returns the text below n without marks.
func (m *mdReader) inline(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch t := c.(type) {
		case *ast.Text:
			b.Write(literal(t, m.src))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			} else if t.HardLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(t.Value)
		case *ast.AutoLink:
			b.Write(t.Label(m.src))
		case *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// literal returns what a text node says, its escapes and entities resolved,
// which have no meaning inside code.
func literal(t *ast.Text, src []byte) []byte {
	b := t.Segment.Value(src)
	if t.Parent() != nil && t.Parent().Kind() == ast.KindCodeSpan {
		return b
	}
	return util.UnescapePunctuations(util.ResolveNumericReferences(util.ResolveEntityNames(b)))
}
