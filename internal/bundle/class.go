package bundle

import "fmt"

// Classes is how many sizes of plaintext there are (spec/bundle.md, section 2).
const Classes = 29

// classSize is the plaintext's size in bytes.
func classSize(c int) int64 {
	if c%2 == 0 {
		return 1 << (20 + c/2)
	}
	return 3 << (19 + (c-1)/2)
}

// classFor is the smallest class that holds n bytes.
func classFor(n int64) (int, error) {
	for c := range Classes {
		if n <= classSize(c) {
			return c, nil
		}
	}
	return 0, fmt.Errorf("%w (%d bytes)", ErrTooLarge, n)
}

// Sizes of age's format with one recipient of the standard post-quantum type:
// header, nonce, and the tag of each chunk.
const (
	ageHeader = 1627
	ageNonce  = 16
	ageChunk  = 64 << 10
	ageTag    = 16
)

// MaxFile is the size of the largest bundle's file, in bytes.
const MaxFile = ageHeader + ageNonce + 1<<34 + 1<<34/ageChunk*ageTag

// fileSize is the size of a bundle's file.
func fileSize(c int) int64 {
	n := classSize(c)
	return ageHeader + ageNonce + n + n/ageChunk*ageTag
}

// FileSize is the size of the file of a bundle with so many bytes of records, the
// end among them. Error: ErrTooLarge.
func FileSize(records int64) (int64, error) {
	c, err := classFor(records)
	if err != nil {
		return 0, err
	}
	return fileSize(c), nil
}

// ClassOf says which class a file of this size has. Errors: ErrEmpty, ErrTruncated.
func ClassOf(size int64) (int, error) {
	if size == 0 {
		return 0, ErrEmpty
	}
	for c := range Classes {
		if n := fileSize(c); n == size {
			return c, nil
		} else if n > size {
			return 0, fmt.Errorf("%w (it has %d bytes, the next size of a bundle has %d)", ErrTruncated, size, n)
		}
	}
	return 0, fmt.Errorf("%w (it has %d bytes)", ErrTruncated, size)
}
