package collect

import (
	"bytes"
	"encoding/json"
)

// eachName calls visit for each member name in valid JSON, with the depth of
// its object, the name unescaped, and what follows the colon.
func eachName(raw []byte, visit func(depth int, name string, rest []byte) error) error {
	depth := 0
	for i := 0; i < len(raw); {
		switch raw[i] {
		case '{', '[':
			depth++
			i++
		case '}', ']':
			depth--
			i++
		case '"':
			end := i + 1
			for raw[end] != '"' {
				if raw[end] == '\\' {
					end++
				}
				end++
			}
			end++
			next := end
			for next < len(raw) && (raw[next] == ' ' || raw[next] == '\t' || raw[next] == '\n' || raw[next] == '\r') {
				next++
			}
			if next < len(raw) && raw[next] == ':' {
				name := string(raw[i+1 : end-1])
				if bytes.IndexByte(raw[i:end], '\\') >= 0 {
					if err := json.Unmarshal(raw[i:end], &name); err != nil {
						return err
					}
				}
				if err := visit(depth, name, bytes.TrimLeft(raw[next+1:], " \t\r\n")); err != nil {
					return err
				}
			}
			i = end
		default:
			i++
		}
	}
	return nil
}
