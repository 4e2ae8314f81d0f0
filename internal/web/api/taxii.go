package api

import "time"

// TaxiiUser is an account of one of the section's own tools, which asks the
// node by TAXII 2.1.
type TaxiiUser struct {
	Name     string    `json:"name" doc:"1 to 64 of a-z 0-9 . _ - beginning with a letter; never given twice. Also the alias of the collection that it writes to."`
	Officer  string    `json:"officer,omitempty" doc:"Who answers for what it writes; absent when it only reads."`
	Read     []string  `json:"read" doc:"Collections that it may read beside its own: reports, or those of other accounts."`
	Write    bool      `json:"write" doc:"It has a collection of its own, to write to."`
	Class    string    `json:"class" doc:"The highest class of the common policy that it is handed."`
	Members  []string  `json:"members" doc:"Whose material it is handed."`
	Codes    []string  `json:"codes" doc:"Handling codes that its keeper heeds; material with another is not for it."`
	Caveats  []string  `json:"caveats" doc:"Caveats and foreign marks that its keeper heeds; material with another is not for it."`
	Personal bool      `json:"personal" doc:"It is handed personal data."`
	Created  time.Time `json:"created" doc:"When it was made."`
}

// TaxiiUsers is the answer to a list of accounts.
type TaxiiUsers struct {
	Users   []TaxiiUser `json:"users" doc:"By name."`
	Address string      `json:"address,omitempty" doc:"Where tools find the node's discovery; absent while it serves no TAXII."`
}

// NewTaxiiUser says what an account is to be.
type NewTaxiiUser struct {
	Name     string   `json:"name" maxLength:"64" doc:"1 to 64 of a-z 0-9 . _ - beginning with a letter; never given twice."`
	Officer  string   `json:"officer,omitempty" maxLength:"64" doc:"Who answers for what it writes; needed when it writes."`
	Read     []string `json:"read,omitempty" maxItems:"32" doc:"Collections to read: reports, or the names of accounts that write."`
	Write    bool     `json:"write,omitempty" doc:"Give it a collection of its own, to write to."`
	Class    string   `json:"class" maxLength:"64" doc:"The highest class of the common policy."`
	Members  []string `json:"members" maxItems:"32" doc:"Whose material it may be handed."`
	Codes    []string `json:"codes,omitempty" maxItems:"4" doc:"Handling codes, H0 to H3, that its keeper undertakes to heed."`
	Caveats  []string `json:"caveats,omitempty" maxItems:"32" doc:"Caveats and foreign marks, as TLP:AMBER, that its keeper undertakes to heed."`
	Personal bool     `json:"personal,omitempty" doc:"It may be handed personal data."`
}

// TaxiiSecret is the answer to a new account.
type TaxiiSecret struct {
	Name   string `json:"name" doc:"The user of HTTP Basic."`
	Secret string `json:"secret" doc:"Its password, drawn at random and shown once; the node keeps a digest."`
	// Address is where the account can be used.
	Address string `json:"address,omitempty" doc:"Where tools find the node's discovery; absent while it serves no TAXII."`
}
