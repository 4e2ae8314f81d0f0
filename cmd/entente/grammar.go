package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// newParser makes the parser of the whole command line. What a flag may be is
// said in the help of each flag that is one of a closed list.
func newParser(c *cli, options ...kong.Option) (*kong.Kong, error) {
	parser, err := kong.New(c, append([]kong.Option{
		kong.Name("entente"),
		kong.Vars{"version": programVersion()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ValueFormatter(valueHelp),
	}, options...)...)
	if err != nil {
		return nil, err
	}
	_ = kong.Visit(parser.Model, func(at kong.Visitable, next kong.Next) error { // next alone can fail, and here nothing does
		if f, ok := at.(*kong.Flag); ok && f.Enum != "" && f.PlaceHolder == "" && f.Default == "" {
			f.PlaceHolder = strings.ToUpper(f.Name)
		}
		return next(nil)
	})
	return parser, nil
}

// valueHelp is the help of a flag or argument: of one that takes a closed list
// of values, with all of them.
func valueHelp(v *kong.Value) string {
	text := kong.DefaultHelpValueFormatter(v)
	if values := choices(v); len(values) > 0 {
		text = strings.TrimSpace(text + " One of: " + strings.Join(values, ", ") + ".")
	}
	return text
}

// choices are the values that may be given; the empty one means that a flag is
// left out.
func choices(v *kong.Value) []string {
	var out []string
	if v.Enum == "" {
		return nil
	}
	for _, one := range v.EnumSlice() {
		if one != "" {
			out = append(out, one)
		}
	}
	return out
}

// withoutEmpty takes the empty value out of what a flag must be: it stands for a
// flag that is left out.
func withoutEmpty(said string) string {
	return strings.Replace(said, `must be one of "",`, `must be one of `, 1)
}
