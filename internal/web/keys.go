package web

import (
	"context"
	"net/http"
	"time"

	"entente/charter"
	"entente/internal/section"
	"entente/internal/web/api"
)

// certifyWait bounds how long an answer waits until the log holds a
// certificate.
const certifyWait = 10 * time.Second

// keys lets the custodian renew the member's keys. The root never comes near:
// what it has to sign goes out, and what it has signed comes in.
func (s *Server) keys() {
	register(s, operation{id: "keyStatus", method: http.MethodGet, path: "/keys", tag: "keys", op: section.OpKeys, summary: "The certificate under which this node signs"},
		func(ctx context.Context, _ caller, _ *none) (*body[api.KeyStatus], error) {
			leave, err := enter(ctx, s.keeping)
			if err != nil {
				return nil, err
			}
			defer leave()
			st, err := s.node.KeyStatus(ctx)
			if err != nil {
				return nil, err
			}
			return answer(api.KeyStatus{Serial: st.InForce.Serial, Incarnation: st.InForce.Incarnation, Keys: memberKeys(st.InForce.Keys),
				Filed: st.Filed, Waiting: st.Waiting, Recovering: st.Recovering})
		})
	register(s, operation{id: "nextKeys", method: http.MethodPost, path: "/keys/next", tag: "keys", op: section.OpKeys, summary: "Draw keys for the next certificate",
		description: "Private keys stay in the node. The answer is what the member's root key has to certify, offline; asked again before that it is the same."},
		func(ctx context.Context, c caller, in *struct{ Body api.NextKeys }) (*body[api.CertificateRequest], error) {
			leave, err := enter(ctx, s.keeping)
			if err != nil {
				return nil, err
			}
			defer leave()
			cert, err := s.node.NextKeys(ctx, c.officer, in.Body.NewIncarnation)
			if err != nil {
				return nil, err
			}
			k := cert.Keys
			return answer(api.CertificateRequest{Member: string(cert.Member), Charter: cert.Charter.String(), Incarnation: cert.Incarnation, Serial: cert.Serial,
				Keys: api.RequestKeys{Header: k.Header.String(), Checkpoint: k.Checkpoint.String(), Cosignature: k.Cosignature.String(), TLS: k.TLS.String(), Epoch: k.Epoch.String()}})
		})
	register(s, operation{id: "fileCertificate", method: http.MethodPost, path: "/keys/certificate", tag: "keys", op: section.OpKeys, summary: "File a certificate that the root has signed",
		description: "All keys of the member's earlier certificates end where the log holds it. The answer waits for that, some seconds at most."},
		func(ctx context.Context, c caller, in *struct{ Body api.FileCertificate }) (*body[api.CertificateFiled], error) {
			leave, err := enter(ctx, s.keeping)
			if err != nil {
				return nil, err
			}
			defer leave()
			ctx, cancel := context.WithTimeout(ctx, certifyWait)
			defer cancel()
			cert, inForce, err := s.node.FileCertificate(ctx, c.officer, []byte(in.Body.Certificate))
			if err != nil {
				return nil, err
			}
			return answer(api.CertificateFiled{Serial: cert.Serial, Incarnation: cert.Incarnation, InForce: inForce})
		})
	register(s, operation{id: "retireKeys", method: http.MethodPost, path: "/keys/retire", tag: "keys", op: section.OpKeys, status: http.StatusNoContent,
		summary: "Destroy private keys of ended certificates", description: "Those in force stay, and those that wait for a certificate. A backup may still hold what is destroyed here."},
		func(ctx context.Context, c caller, _ *none) (*none, error) {
			leave, err := enter(ctx, s.keeping)
			if err != nil {
				return nil, err
			}
			defer leave()
			return nil, s.node.RetireKeys(ctx, c.officer)
		})
}

// enter waits for a bounded room.
func enter(ctx context.Context, room chan struct{}) (leave func(), err error) {
	select {
	case room <- struct{}{}:
		return func() { <-room }, nil
	case <-ctx.Done():
		return nil, errRoom
	}
}

func memberKeys(k charter.PurposeKeys) api.MemberKeys {
	return api.MemberKeys{Header: key(k.Header), Checkpoint: key(k.Checkpoint), Cosignature: key(k.Cosignature), TLS: key(k.TLS), Epoch: key(k.Epoch)}
}
