package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"entente/internal/section"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Credentials are what every call but the log-in carries.
type Credentials struct {
	Authorization string `header:"Authorization" doc:"Bearer and the session token"`
	Cookie        string `header:"Cookie" hidden:"true"`
}

// officer returns the officer behind a request.
func (s *Server) officer(ctx context.Context, c Credentials) (section.Officer, error) {
	return s.node.Section().Authenticate(ctx, s.token(c))
}

func (s *Server) token(c Credentials) string {
	if t, ok := strings.CutPrefix(c.Authorization, "Bearer "); ok {
		return t
	}
	for _, part := range strings.Split(c.Cookie, ";") {
		if v, ok := strings.CutPrefix(strings.TrimSpace(part), s.cookie()+"="); ok {
			return v
		}
	}
	return ""
}

// requestCredentials reads them from a plain request.
func requestCredentials(r *http.Request) Credentials {
	return Credentials{Authorization: r.Header.Get("Authorization"), Cookie: r.Header.Get("Cookie")}
}

// Officer is an officer as shown.
type Officer struct {
	Nation     string   `json:"nation"`
	Login      string   `json:"login"`
	Name       string   `json:"name"`
	Roles      []string `json:"roles"`
	Disabled   bool     `json:"disabled"`
	MustChange bool     `json:"must_change_password"`
}

func shown(o section.Officer) Officer {
	out := Officer{Nation: o.Nation, Login: o.Login, Name: o.Name, Disabled: o.Disabled, MustChange: o.MustChange, Roles: []string{}}
	for _, r := range o.Roles.List() {
		out.Roles = append(out.Roles, r.String())
	}
	return out
}

type sessionOut struct {
	SetCookie string `header:"Set-Cookie"`
	Body      struct {
		Token   string  `json:"token,omitempty" doc:"shown once"`
		Officer Officer `json:"officer"`
	}
}

func (s *Server) sessions() {
	huma.Register(s.api, huma.Operation{
		OperationID: "logIn", Method: http.MethodPost, Path: base + "/session", Summary: "Log in", Security: []map[string][]string{},
	}, func(ctx context.Context, in *struct {
		Agent string `header:"User-Agent"`
		Body  struct {
			Login    string `json:"login" maxLength:"64"`
			Password string `json:"password" maxLength:"1024"`
		}
	}) (*sessionOut, error) {
		token, o, err := s.node.Section().LogIn(ctx, in.Body.Login, in.Body.Password, printable(in.Agent))
		if err != nil {
			return nil, s.refuse(err)
		}
		out := &sessionOut{SetCookie: s.setCookie(token.Text())}
		out.Body.Token, out.Body.Officer = token.Text(), shown(o)
		return out, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "whoAmI", Method: http.MethodGet, Path: base + "/session", Summary: "The officer behind this session",
	}, func(ctx context.Context, in *Credentials) (*sessionOut, error) {
		o, err := s.officer(ctx, *in)
		if err != nil {
			return nil, s.refuse(err)
		}
		out := &sessionOut{}
		out.Body.Officer = shown(o)
		return out, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "logOut", Method: http.MethodDelete, Path: base + "/session", Summary: "End this session", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *Credentials) (*struct {
		SetCookie string `header:"Set-Cookie"`
	}, error) {
		if err := s.node.Section().LogOut(ctx, s.token(*in)); err != nil {
			return nil, s.refuse(err)
		}
		return &struct {
			SetCookie string `header:"Set-Cookie"`
		}{SetCookie: (&http.Cookie{Name: s.cookie(), Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode}).String()}, nil
	})
	huma.Register(s.api, huma.Operation{
		OperationID: "changePassword", Method: http.MethodPut, Path: base + "/session/password", Summary: "Change one's own password", DefaultStatus: http.StatusNoContent,
	}, func(ctx context.Context, in *struct {
		Credentials
		Body struct {
			Present string `json:"present" maxLength:"1024"`
			Next    string `json:"next" maxLength:"1024"`
		}
	}) (*struct{}, error) {
		o, err := s.officer(ctx, in.Credentials)
		if err != nil {
			return nil, s.refuse(err)
		}
		return nil, s.refuse(s.node.Section().ChangePassword(ctx, o, in.Body.Present, in.Body.Next))
	})
}

func (s *Server) setCookie(token string) string {
	return (&http.Cookie{Name: s.cookie(), Value: token, Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode, MaxAge: int((12 * time.Hour).Seconds())}).String()
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

func writeError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(problem{Code: code, Message: message}) // a broken connection is the reader's loss
}
