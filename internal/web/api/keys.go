package api

// KeyStatus says under which certificate a node signs.
type KeyStatus struct {
	Serial      uint32     `json:"serial" doc:"Of the certificate in force, from 1."`
	Incarnation uint32     `json:"incarnation" doc:"From 1; a higher one began after a restore."`
	Keys        MemberKeys `json:"keys" doc:"Its keys."`
	Filed       bool       `json:"filed" doc:"A later certificate is filed and not in the log yet."`
	Waiting     bool       `json:"waiting" doc:"Keys are drawn that no certificate names yet."`
	Recovering  bool       `json:"recovering" doc:"The node signs nothing until the others told what it signed before."`
}

// NextKeys asks for keys for the next certificate.
type NextKeys struct {
	NewIncarnation bool `json:"new_incarnation,omitempty" doc:"Begin a new incarnation, for a node that cannot leave recovering."`
}

// CertificateRequest is what a member's root key is asked to certify: all of it
// is public.
type CertificateRequest struct {
	Member      string      `json:"member" doc:"Whose keys they are."`
	Charter     string      `json:"charter" doc:"Hash of the centre's charter, hex."`
	Incarnation uint32      `json:"incarnation" doc:"In which the member goes on, or which begins."`
	Serial      uint32      `json:"serial" doc:"Of the certificate, the last one's plus 1."`
	Keys        RequestKeys `json:"keys" doc:"Public keys by purpose, Ed25519, base64."`
}

// RequestKeys are the public keys of a request, one for each purpose.
type RequestKeys struct {
	Header      string `json:"header" doc:"Signs headers and receipts."`
	Checkpoint  string `json:"checkpoint" doc:"Signs heads, as lead."`
	Cosignature string `json:"cosignature" doc:"Cosigns heads."`
	TLS         string `json:"tls" doc:"Of the member link."`
	Epoch       string `json:"epoch" doc:"Certifies epoch keys."`
}

// FileCertificate files a certificate that the root has signed.
type FileCertificate struct {
	Certificate string `json:"certificate" maxLength:"2048" doc:"The signed note of spec/keys.md."`
}

// CertificateFiled says what became of a certificate.
type CertificateFiled struct {
	Serial      uint32 `json:"serial" doc:"Of the certificate."`
	Incarnation uint32 `json:"incarnation" doc:"In which it stands."`
	InForce     bool   `json:"in_force" doc:"The log holds it; else it is filed, and comes into force when the log does."`
}
