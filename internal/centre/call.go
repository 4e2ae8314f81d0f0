package centre

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"entente/label"
)

// postEnvelopes submits to a member that leads.
func (s *Station) postEnvelopes(ctx context.Context, to label.MemberID, r run) (int, error) {
	var body []byte
	for i := range r.n() {
		body = append(append(body, r.header(i)...), r.bodies[i]...)
	}
	answer, err := s.post(ctx, to, "/submit", body)
	var a submitAnswer
	if len(answer) > 0 {
		if jerr := json.Unmarshal(answer, &a); jerr != nil && err == nil {
			err = fmt.Errorf("the lead's answer: %w", jerr)
		}
	}
	return min(a.Accepted, r.n()), err
}

// remoteError is a refusal by another member.
type remoteError struct {
	code, message string
	status        int
}

func (e *remoteError) Error() string { return e.message + " (" + e.code + ")" }

// post sends one request on the member link and returns the answer's body.
func (s *Station) post(ctx context.Context, to label.MemberID, path string, body []byte) ([]byte, error) {
	return s.call(ctx, to, http.MethodPost, path, body)
}

func (s *Station) call(ctx context.Context, to label.MemberID, method, path string, body []byte) ([]byte, error) {
	client, base, err := s.peers.Client(to)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, base+linkPath+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		s.linkRefused(err)
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxFrame+1))
	if err != nil {
		return nil, err
	}
	if len(answer) > maxFrame {
		return nil, fmt.Errorf("%w: the answer of %s", ErrTooLarge, to)
	}
	if resp.StatusCode >= 300 {
		err := asRemote(resp.StatusCode, answer)
		s.linkRefused(err)
		return answer, err
	}
	return answer, nil
}

func readError(resp *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return err
	}
	return asRemote(resp.StatusCode, b)
}

func asRemote(status int, b []byte) error {
	var a errorAnswer
	if json.Unmarshal(b, &a) != nil || a.Code == "" {
		return &remoteError{code: "http", message: "HTTP " + strconv.Itoa(status), status: status}
	}
	// What another member says is shown, but bounded.
	return &remoteError{code: a.Code[:min(len(a.Code), 64)], message: a.Message[:min(len(a.Message), 500)], status: status}
}
