package charter

import "entente/label"

// HeaderKeyByID returns the header key that a certificate of the member names
// for an incarnation under a key id, whether or not it is still in force:
// evidence is judged by the keys of its time. It is false when there is none.
func (s *State) HeaderKeyByID(id label.MemberID, incarnation uint32, key KeyID) (PublicKey, bool) {
	i, ok := s.founding.index(id)
	if !ok {
		return PublicKey{}, false
	}
	for _, c := range s.each[i].certs {
		if c.cert.Incarnation == incarnation && c.cert.Keys.Header.ID() == key {
			return c.cert.Keys.Header, true
		}
	}
	return PublicKey{}, false
}
