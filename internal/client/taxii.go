package client

import (
	"context"
	"net/http"

	"entente/internal/web/api"
)

// TaxiiUsers lists the accounts of the section's own tools (custodian,
// inspector).
func (c *Client) TaxiiUsers(ctx context.Context) (*api.TaxiiUsers, error) {
	return fetch[api.TaxiiUsers](ctx, c, call{method: http.MethodGet, path: "/taxii/users"})
}

// AddTaxiiUser makes an account and returns its password, which is shown once
// (custodian).
func (c *Client) AddTaxiiUser(ctx context.Context, u api.NewTaxiiUser) (*api.TaxiiSecret, error) {
	return fetch[api.TaxiiSecret](ctx, c, call{method: http.MethodPost, path: "/taxii/users", json: u})
}

// RemoveTaxiiUser ends an account (custodian).
func (c *Client) RemoveTaxiiUser(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "/taxii/users" + seg(name)}, nil)
}
