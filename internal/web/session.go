package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"entente/internal/section"
	"entente/internal/web/api"
)

func shown(o section.Officer) api.Officer {
	out := api.Officer{Nation: o.Nation, Login: o.Login, Name: o.Name, Disabled: o.Disabled, MustChange: o.MustChange,
		Created: o.Created.UTC(), LastLogIn: moment(o.LastLogIn), Roles: []string{}}
	for _, r := range o.Roles.List() {
		out.Roles = append(out.Roles, r.String())
	}
	return out
}

// moment is a time that may be absent.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// allowed are the operations that an officer's roles permit now.
func allowed(o section.Officer) []string {
	out := []string{}
	for _, op := range section.Operations() {
		if section.Authorise(o, op) == nil {
			out = append(out, string(op))
		}
	}
	return out
}

type sessionOut struct {
	SetCookie string `header:"Set-Cookie"`
	Body      api.Session
}

type cookieOut struct {
	SetCookie string `header:"Set-Cookie"`
}

func (s *Server) sessions() {
	register(s, operation{id: "logIn", method: http.MethodPost, path: "/session", tag: "session", public: true, summary: "Log in",
		description: "Unknown officer, disabled officer and wrong password are one and the same answer. After too many failures the answer is 429 with Retry-After."},
		func(ctx context.Context, c caller, in *struct {
			Agent string `header:"User-Agent" hidden:"true"`
			Body  api.LogIn
		}) (*sessionOut, error) {
			token, o, err := s.node.Section().LogIn(ctx, in.Body.Login, in.Body.Password, printable(in.Agent))
			if err != nil {
				return nil, err
			}
			out := &sessionOut{Body: api.Session{Officer: shown(o), Allowed: allowed(o)}}
			if in.Body.Desk {
				out.SetCookie = s.setCookie(token.Text())
			} else {
				out.Body.Token = token.Text()
			}
			return out, nil
		})
	register(s, operation{id: "whoAmI", method: http.MethodGet, path: "/session", tag: "session", summary: "The officer behind this session"},
		func(_ context.Context, c caller, _ *none) (*body[api.Session], error) {
			return answer(api.Session{Officer: shown(c.officer), Allowed: allowed(c.officer)})
		})
	register(s, operation{id: "logOut", method: http.MethodDelete, path: "/session", tag: "session", status: http.StatusNoContent, summary: "End this session"},
		func(ctx context.Context, c caller, _ *none) (*cookieOut, error) {
			if err := s.node.Section().LogOut(ctx, c.token); err != nil {
				return nil, err
			}
			gone := http.Cookie{Name: s.cookie(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode}
			return &cookieOut{gone.String()}, nil
		})
	register(s, operation{id: "changePassword", method: http.MethodPut, path: "/session/password", tag: "session", op: section.OpSelfPassword, status: http.StatusNoContent,
		summary: "Change one's own password", description: "All other sessions of the officer end. A wrong present password counts as a failed log-in."},
		func(ctx context.Context, c caller, in *struct{ Body api.NewPassword }) (*none, error) {
			return nil, s.node.Section().ChangePassword(ctx, c.officer, in.Body.Present, in.Body.Next)
		})
	register(s, operation{id: "listSessions", method: http.MethodGet, path: "/sessions", tag: "session", op: section.OpSelfSessions, summary: "One's own open sessions"},
		func(ctx context.Context, c caller, _ *none) (*body[api.Sessions], error) {
			return s.listSessions(ctx, c, c.officer.Login)
		})
	register(s, operation{id: "endSession", method: http.MethodDelete, path: "/sessions/{id}", tag: "session", op: section.OpSelfSessions, status: http.StatusNoContent, summary: "End one of one's own sessions"},
		func(ctx context.Context, c caller, in *struct {
			ID string `path:"id" maxLength:"64" doc:"Id of the session."`
		}) (*none, error) {
			return nil, s.node.Section().RevokeSession(ctx, c.officer, c.officer.Login, in.ID)
		})
}

func (s *Server) listSessions(ctx context.Context, c caller, login string) (*body[api.Sessions], error) {
	list, err := s.node.Section().Sessions(ctx, c.officer, login)
	if err != nil {
		return nil, err
	}
	out := api.Sessions{Sessions: []api.OpenSession{}}
	for _, x := range list {
		out.Sessions = append(out.Sessions, api.OpenSession{ID: x.ID, Login: x.Login, Client: x.Client,
			Created: x.Created.UTC(), Seen: x.Seen.UTC(), Ends: x.Ends.UTC(), Present: x.ID == c.officer.Session})
	}
	return answer(out)
}

func (s *Server) setCookie(token string) string {
	c := http.Cookie{Name: s.cookie(), Value: token, Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode, MaxAge: int((12 * time.Hour).Seconds())}
	return c.String()
}

// printable cuts a client's name to what the list of sessions takes.
func printable(agent string) string {
	var b strings.Builder
	for _, r := range agent {
		if r >= ' ' && r < 0x7f && b.Len() < 128 {
			b.WriteRune(r)
		}
	}
	return b.String()
}
