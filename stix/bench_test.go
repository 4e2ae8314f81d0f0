package stix

import (
	"os"
	"testing"
)

// BenchmarkValidateBundle measures objects a second on one core over real
// content, as one document.
func BenchmarkValidateBundle(b *testing.B) {
	for _, name := range []string{"mobile-attack-17.1.json", "capec-2.1.json"} {
		raw, err := os.ReadFile(devData(b, name).Name())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			v := newValidator(Options{})
			if err := v.tape.parse(raw); err != nil {
				b.Fatal(err)
			}
			list, _ := v.tape.member(0, "objects")
			objects := v.tape.nodes[list].count
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if errs := v.document(raw); len(errs) > 0 {
					b.Fatal(errs[0])
				}
			}
			b.ReportMetric(float64(objects)*float64(b.N)/b.Elapsed().Seconds(), "objects/s")
		})
	}
}
