package label

// DemonstrationPolicy returns the synthetic policy CENTRE, for demonstrations
// and tests: UNCLASSIFIED < RESTRICTED < CONFIDENTIAL < SECRET. A charter brings
// the policies its members have signed.
func DemonstrationPolicy() Policy {
	return Policy{
		ID:      "CENTRE",
		Classes: []Class{"UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "SECRET"},
		Shorts:  []string{"U", "R", "C", "S"},
	}
}

// DemonstrationTable returns the table that holds [DemonstrationPolicy] alone.
func DemonstrationTable() *Table {
	p := DemonstrationPolicy()
	t, err := NewTable(p.ID, []Policy{p}, nil)
	if err != nil {
		panic(err)
	}
	return t
}
