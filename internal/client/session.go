package client

import (
	"context"
	"net/http"

	"entente/internal/web/api"
)

// LogIn opens a session and makes the client use it. Errors: ErrCredentials,
// ErrThrottled with [Error].RetryAfter, ErrBusy.
func (c *Client) LogIn(ctx context.Context, login, password string) (*api.Session, error) {
	s, err := fetch[api.Session](ctx, c, call{method: http.MethodPost, path: "/session", json: api.LogIn{Login: login, Password: password}})
	if err != nil {
		return nil, err
	}
	c.SetToken(s.Token)
	return s, nil
}

// LogOut ends the session that the client uses.
func (c *Client) LogOut(ctx context.Context) error {
	if err := c.do(ctx, call{method: http.MethodDelete, path: "/session"}, nil); err != nil {
		return err
	}
	c.SetToken("")
	return nil
}

// WhoAmI returns the officer behind the session, and what is permitted.
func (c *Client) WhoAmI(ctx context.Context) (*api.Session, error) {
	return fetch[api.Session](ctx, c, call{method: http.MethodGet, path: "/session"})
}

// ChangePassword changes one's own password; all other sessions end.
func (c *Client) ChangePassword(ctx context.Context, present, next string) error {
	return c.do(ctx, call{method: http.MethodPut, path: "/session/password", json: api.NewPassword{Present: present, Next: next}}, nil)
}

// Sessions lists one's own open sessions.
func (c *Client) Sessions(ctx context.Context) ([]api.OpenSession, error) {
	out, err := fetch[api.Sessions](ctx, c, call{method: http.MethodGet, path: "/sessions"})
	if err != nil {
		return nil, err
	}
	return out.Sessions, nil
}

// EndSession ends one of one's own sessions.
func (c *Client) EndSession(ctx context.Context, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/sessions" + seg(id)}, nil)
}

// Officers lists all officers (custodian, inspector).
func (c *Client) Officers(ctx context.Context) ([]api.Officer, error) {
	out, err := fetch[api.Officers](ctx, c, call{method: http.MethodGet, path: "/officers"})
	if err != nil {
		return nil, err
	}
	return out.Officers, nil
}

// AddOfficer adds an officer (custodian).
func (c *Client) AddOfficer(ctx context.Context, o api.NewOfficer) error {
	return c.do(ctx, call{method: http.MethodPost, path: "/officers", json: o}, nil)
}

// ChangeOfficer changes another officer (custodian).
func (c *Client) ChangeOfficer(ctx context.Context, login string, ch api.ChangeOfficer) error {
	return c.do(ctx, call{method: http.MethodPatch, path: "/officers" + seg(login), json: ch}, nil)
}

// SetRoles replaces another officer's roles (custodian).
func (c *Client) SetRoles(ctx context.Context, login string, roles ...string) error {
	return c.ChangeOfficer(ctx, login, api.ChangeOfficer{Roles: &roles})
}

// DisableOfficer ends another officer's sessions and rights (custodian).
func (c *Client) DisableOfficer(ctx context.Context, login string) error {
	yes := true
	return c.ChangeOfficer(ctx, login, api.ChangeOfficer{Disabled: &yes})
}

// EnableOfficer lets a disabled officer log in again (custodian).
func (c *Client) EnableOfficer(ctx context.Context, login string) error {
	no := false
	return c.ChangeOfficer(ctx, login, api.ChangeOfficer{Disabled: &no})
}

// SetPassword gives another officer a new password (custodian).
func (c *Client) SetPassword(ctx context.Context, login, password string) error {
	return c.do(ctx, call{method: http.MethodPut, path: "/officers" + seg(login) + "/password", json: api.SetPassword{Password: password}}, nil)
}

// OfficerSessions lists another officer's open sessions (custodian, inspector).
func (c *Client) OfficerSessions(ctx context.Context, login string) ([]api.OpenSession, error) {
	out, err := fetch[api.Sessions](ctx, c, call{method: http.MethodGet, path: "/officers" + seg(login) + "/sessions"})
	if err != nil {
		return nil, err
	}
	return out.Sessions, nil
}

// EndOfficerSession ends another officer's session (custodian).
func (c *Client) EndOfficerSession(ctx context.Context, login, id string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/officers" + seg(login) + "/sessions" + seg(id)}, nil)
}
