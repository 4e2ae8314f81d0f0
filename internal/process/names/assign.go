package names

// assigner finds the assignment of rows to columns with the greatest sum (Kuhn-Munkres with potentials, O(n³)).
type assigner struct {
	u, v   [maxTokens + 1]float32
	p, way [maxTokens + 1]int
	minv   [maxTokens + 1]float32
	used   [maxTokens + 1]bool
}

// best fills match[i] with the column of row i, or -1; gain(i, j) is at least 0, and 0 pairs nothing.
func (s *assigner) best(n, m int, gain func(i, j int) float32, match *[maxTokens]int) {
	size := max(n, m)
	at := func(i, j int) float32 {
		if i > n || j > m {
			return 0
		}
		return -gain(i-1, j-1)
	}
	for i := 0; i <= size; i++ {
		s.u[i], s.v[i], s.p[i] = 0, 0, 0
	}
	for i := 1; i <= size; i++ {
		s.p[0] = i
		j0 := 0
		for j := 0; j <= size; j++ {
			s.minv[j], s.used[j] = 1e9, false
		}
		for {
			s.used[j0] = true
			i0, j1 := s.p[j0], 0
			delta := float32(1e9)
			for j := 1; j <= size; j++ {
				if s.used[j] {
					continue
				}
				if cur := at(i0, j) - s.u[i0] - s.v[j]; cur < s.minv[j] {
					s.minv[j], s.way[j] = cur, j0
				}
				if s.minv[j] < delta {
					delta, j1 = s.minv[j], j
				}
			}
			for j := 0; j <= size; j++ {
				if s.used[j] {
					s.u[s.p[j]] += delta
					s.v[j] -= delta
				} else {
					s.minv[j] -= delta
				}
			}
			j0 = j1
			if s.p[j0] == 0 {
				break
			}
		}
		for j0 != 0 {
			j1 := s.way[j0]
			s.p[j0] = s.p[j1]
			j0 = j1
		}
	}
	for i := range n {
		match[i] = -1
	}
	for j := 1; j <= m; j++ {
		if i := s.p[j]; i >= 1 && i <= n && gain(i-1, j-1) > 0 {
			match[i-1] = j - 1
		}
	}
}
