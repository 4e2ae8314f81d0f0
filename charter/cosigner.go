package charter

import "entente/label"

// CosignerName returns the key name under which a member cosigns heads
// (spec/log.md, section 2).
func CosignerName(m label.MemberID) string { return string(m) + "/cosignature" }
