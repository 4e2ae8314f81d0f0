package names

import "crypto/sha256"

// Part gives the part 0..4 of the hash split that id belongs to: parts 0 to 2 develop, part 3 chooses the
// threshold, part 4 is held out. The part is the first eight bytes of SHA-256 of the id, modulo five.
func Part(id string) int {
	h := sha256.Sum256([]byte(id))
	var v uint64
	for _, b := range h[:8] {
		v = v<<8 | uint64(b)
	}
	return int(v % 5)
}
