package web

import (
	"context"
	"net/http"

	"entente/internal/feed"
	"entente/internal/section"
	"entente/internal/web/api"
	"entente/label"
)

// AccountPath names an account. It is exported for the framework alone.
type AccountPath struct {
	Login string `path:"login" maxLength:"64" doc:"The account's name."`
}

func (s *Server) taxii() {
	register(s, operation{id: "listTaxiiUsers", method: http.MethodGet, path: "/taxii/users", tag: "taxii", op: section.OpAccountList, summary: "The accounts of the section's own tools"},
		func(ctx context.Context, c caller, _ *none) (*body[api.TaxiiUsers], error) {
			list, err := s.node.Section().Accounts(ctx, c.officer)
			if err != nil {
				return nil, err
			}
			out := api.TaxiiUsers{Users: []api.TaxiiUser{}, Address: s.tools}
			for _, a := range list {
				g, err := feed.ParseGrants(a.Grants)
				if err != nil {
					return nil, err
				}
				u := api.TaxiiUser{Name: a.Name, Officer: a.Officer, Read: filled(g.Read), Write: g.Write, Class: string(g.Class), Members: []string{},
					Codes: filled(g.Codes), Caveats: filled(g.Caveats), Personal: g.Personal, Created: a.Created}
				for m := range g.Members.All() {
					u.Members = append(u.Members, string(m))
				}
				out.Users = append(out.Users, u)
			}
			return answer(out)
		})
	register(s, operation{id: "addTaxiiUser", method: http.MethodPost, path: "/taxii/users", tag: "taxii", op: section.OpAccountChange, summary: "Make an account for a tool",
		description: "What it is handed is bounded by its clearance: class, members, handling codes, caveats. Material that needs another member's consent, or comes from outside the centre, is handed to no tool. The password is drawn here and shown once."},
		func(ctx context.Context, c caller, in *struct{ Body api.NewTaxiiUser }) (*body[api.TaxiiSecret], error) {
			b := in.Body
			var ids []label.MemberID
			for _, m := range b.Members {
				id, err := label.ParseMemberID(m)
				if err != nil {
					return nil, refusal(http.StatusUnprocessableEntity, api.CodeGrants, err.Error())
				}
				ids = append(ids, id)
			}
			members, err := label.NewMemberSet(ids...)
			if err != nil {
				return nil, refusal(http.StatusUnprocessableEntity, api.CodeGrants, err.Error())
			}
			secret, err := s.node.AddAccount(ctx, c.officer, b.Name, b.Officer, feed.Grants{
				Clearance: feed.Clearance{Class: label.Class(b.Class), Members: members, Codes: b.Codes, Caveats: b.Caveats, Personal: b.Personal}, Read: b.Read, Write: b.Write})
			if err != nil {
				return nil, err
			}
			return answer(api.TaxiiSecret{Name: b.Name, Secret: secret, Address: s.tools})
		})
	register(s, operation{id: "removeTaxiiUser", method: http.MethodDelete, path: "/taxii/users/{login}", tag: "taxii", op: section.OpAccountChange, status: http.StatusNoContent, summary: "End an account",
		description: "At once. What it wrote is gone from its collection; what came into the intake stays there."},
		func(ctx context.Context, c caller, in *AccountPath) (*none, error) {
			return nil, s.node.RemoveAccount(ctx, c.officer, in.Login)
		})
}

// filled is a list that is written as one when it is empty.
func filled(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
