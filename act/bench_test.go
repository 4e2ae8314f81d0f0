package act

import "testing"

// BenchmarkParse reads and checks whole acts of about 2 KB and of 60 KB.
func BenchmarkParse(b *testing.B) {
	for name, n := range map[string]int{"2KB": 2, "60KB": 90} {
		a := sampleAct(b, n)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(a.Raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(a.Raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkNewPortion fixes the bytes of one portion.
func BenchmarkNewPortion(b *testing.B) {
	in := sampleInput()
	for b.Loop() {
		if _, err := NewPortion(in); err != nil {
			b.Fatal(err)
		}
	}
}
