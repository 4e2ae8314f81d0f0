package web

import (
	"context"
	"net/http"

	"entente/internal/section"
	"entente/internal/web/api"
)

// LoginPath names an officer. It is exported for the framework alone, which
// passes over what is not, as are the others of its kind.
type LoginPath struct {
	Login string `path:"login" maxLength:"64" doc:"The officer's login."`
}

func (s *Server) officers() {
	sec := s.node.Section()
	register(s, operation{id: "listOfficers", method: http.MethodGet, path: "/officers", tag: "officers", op: section.OpOfficerList, summary: "All officers, disabled ones too"},
		func(ctx context.Context, c caller, _ *none) (*body[api.Officers], error) {
			list, err := sec.Officers(ctx, c.officer)
			if err != nil {
				return nil, err
			}
			out := api.Officers{Officers: []api.Officer{}}
			for _, o := range list {
				out.Officers = append(out.Officers, shown(o))
			}
			return answer(out)
		})
	register(s, operation{id: "addOfficer", method: http.MethodPost, path: "/officers", tag: "officers", op: section.OpOfficerAdd, status: http.StatusNoContent, summary: "Add an officer"},
		func(ctx context.Context, c caller, in *struct{ Body api.NewOfficer }) (*none, error) {
			roles, err := rolesOf(in.Body.Roles)
			if err != nil {
				return nil, err
			}
			return nil, sec.AddOfficer(ctx, c.officer, section.NewOfficer{Login: in.Body.Login, Name: in.Body.Name, Roles: roles, Password: in.Body.Password})
		})
	// Name, roles and whether the officer is disabled are changed one after
	// another: each is an act of its own in the audit log.
	register(s, operation{id: "changeOfficer", method: http.MethodPatch, path: "/officers/{login}", tag: "officers", op: section.OpOfficerRoles, status: http.StatusNoContent,
		summary: "Change an officer's name or roles, disable or enable", description: "Nobody changes himself. Who loses the release role, or is disabled, loses the approvals that have not begun to leave."},
		func(ctx context.Context, c caller, in *struct {
			LoginPath
			Body api.ChangeOfficer
		}) (*none, error) {
			return nil, s.changeOfficer(ctx, c.officer, in.Login, in.Body)
		})
	register(s, operation{id: "setPassword", method: http.MethodPut, path: "/officers/{login}/password", tag: "officers", op: section.OpOfficerPassword, status: http.StatusNoContent,
		summary: "Set another officer's password", description: "The officer's sessions end; at the next log-in it must be changed."},
		func(ctx context.Context, c caller, in *struct {
			LoginPath
			Body api.SetPassword
		}) (*none, error) {
			return nil, sec.SetPassword(ctx, c.officer, in.Login, in.Body.Password)
		})
	register(s, operation{id: "listOfficerSessions", method: http.MethodGet, path: "/officers/{login}/sessions", tag: "officers", op: section.OpOfficerList, summary: "An officer's open sessions"},
		func(ctx context.Context, c caller, in *LoginPath) (*body[api.Sessions], error) {
			return s.listSessions(ctx, c, in.Login)
		})
	register(s, operation{id: "endOfficerSession", method: http.MethodDelete, path: "/officers/{login}/sessions/{id}", tag: "officers", op: section.OpSessionRevoke, status: http.StatusNoContent, summary: "End an officer's session"},
		func(ctx context.Context, c caller, in *struct {
			LoginPath
			ID string `path:"id" maxLength:"64" doc:"Id of the session."`
		}) (*none, error) {
			return nil, sec.RevokeSession(ctx, c.officer, in.Login, in.ID)
		})
}

func (s *Server) changeOfficer(ctx context.Context, by section.Officer, login string, ch api.ChangeOfficer) error {
	sec := s.node.Section()
	if ch.Name == nil && ch.Roles == nil && ch.Disabled == nil {
		return refusal(http.StatusUnprocessableEntity, api.CodeRequest, "nothing is to be changed; give name, roles or disabled")
	}
	// What takes rights away comes first, what gives them last.
	if ch.Disabled != nil && *ch.Disabled {
		if err := sec.Disable(ctx, by, login); err != nil {
			return err
		}
	}
	if ch.Roles != nil {
		roles, err := rolesOf(*ch.Roles)
		if err != nil {
			return err
		}
		if err := sec.SetRoles(ctx, by, login, roles); err != nil {
			return err
		}
	}
	if ch.Name != nil {
		if err := sec.Rename(ctx, by, login, *ch.Name); err != nil {
			return err
		}
	}
	if ch.Disabled != nil && !*ch.Disabled {
		return sec.Enable(ctx, by, login)
	}
	return nil
}

func rolesOf(names []string) (section.Roles, error) {
	var roles []section.Role
	for _, n := range names {
		r, err := section.ParseRole(n)
		if err != nil {
			return 0, err
		}
		roles = append(roles, r)
	}
	return section.RolesOf(roles...), nil
}
