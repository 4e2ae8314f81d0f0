package names

import "entente/internal/process/names"

// bounds are the edges of the bins of a calibration.
var bounds = [...]float64{0.1, 0.3, 0.5, 0.7, 0.9, 1.01}

// Calibration tells, of the pairs of Pairs whose similarity falls between two bounds, which share are spellings of one
// name. A figure's name says the bounds.
func Calibration(dir string) ([]Figure, error) {
	list, err := unPairs(dir)
	if err != nil {
		return nil, err
	}
	var out []Figure
	for _, split := range []string{Dev, Held} {
		made, err := madePairs(dir, split, 4000)
		if err != nil {
			return nil, err
		}
		var all, same [len(bounds)]int
		for _, p := range append(made, list...) {
			if p.split != split || p.kind != names.Person {
				continue
			}
			s := names.Similarity(p.a, p.b, p.kind)
			k := 0
			for s >= bounds[k] {
				k++
			}
			all[k]++
			if p.same {
				same[k]++
			}
		}
		for k, label := range []string{"below 0.1", "0.1 to 0.3", "0.3 to 0.5", "0.5 to 0.7", "0.7 to 0.9", "0.9 and above"} {
			out = append(out, Figure{Name: "share of same, similarity " + label, Split: split, Unit: "share", Value: float64(same[k]) / float64(max(1, all[k])), N: all[k]})
		}
	}
	return out, nil
}
