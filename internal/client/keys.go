package client

import (
	"context"
	"net/http"

	"entente/internal/web/api"
)

// KeyStatus returns the certificate under which the node signs (custodian).
func (c *Client) KeyStatus(ctx context.Context) (*api.KeyStatus, error) {
	return fetch[api.KeyStatus](ctx, c, call{method: http.MethodGet, path: "/keys"})
}

// NextKeys draws keys for the next certificate and returns what the root has to
// sign (custodian). begin asks for a new incarnation.
func (c *Client) NextKeys(ctx context.Context, begin bool) (*api.CertificateRequest, error) {
	return fetch[api.CertificateRequest](ctx, c, call{method: http.MethodPost, path: "/keys/next", json: api.NextKeys{NewIncarnation: begin}})
}

// FileCertificate files a certificate that the root has signed (custodian).
func (c *Client) FileCertificate(ctx context.Context, certificate []byte) (*api.CertificateFiled, error) {
	return fetch[api.CertificateFiled](ctx, c, call{method: http.MethodPost, path: "/keys/certificate", json: api.FileCertificate{Certificate: string(certificate)}})
}

// RetireKeys destroys private keys of ended certificates (custodian).
func (c *Client) RetireKeys(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/keys/retire"}, nil)
}
