package main

import (
	"strings"

	"entente/internal/web/api"
)

// taxiiUserCmd is the custodian's work on accounts of the section's own tools.
type taxiiUserCmd struct {
	Add    taxiiUserAdd    `cmd:"" help:"Make an account for a tool; its password is drawn and shown once."`
	List   taxiiUserList   `cmd:"" help:"List the accounts with what each is cleared for."`
	Remove taxiiUserRemove `cmd:"" help:"End an account at once."`
}

type taxiiUserAdd struct {
	asOfficer
	Name     string   `arg:"" help:"1 to 64 of a-z 0-9 . _ - beginning with a letter; never given twice."`
	Read     []string `help:"Collection to read: reports, or the name of an account that writes." placeholder:"COLLECTION"`
	Write    bool     `help:"Give it a collection of its own name, to write to."`
	Officer  string   `help:"Log-in of the officer who answers for what it writes." placeholder:"LOGIN"`
	Class    string   `required:"" help:"Highest class of the common policy that it is handed."`
	Member   []string `required:"" help:"Member whose material it is handed." placeholder:"MEMBER"`
	Code     []string `help:"Handling code that its keeper heeds, H0 to H3." placeholder:"CODE"`
	Caveat   []string `help:"Caveat or foreign mark that its keeper heeds, as TLP:AMBER." placeholder:"TEXT" sep:"none"`
	Personal bool     `help:"Hand it personal data."`
}

// Help gives an example.
func (taxiiUserAdd) Help() string {
	return `Example:

    entente taxii user add opencti --read reports --class RESTRICTED --member IRQ --member RUS
    entente taxii user add sensor --write --officer irq.duty --class RESTRICTED --member IRQ

The tool logs in by HTTP Basic. What it is handed is bounded by class, members,
codes and caveats; what needs another member's consent or comes from outside the
centre is handed to no tool. The first line is the password: it is shown once. Where the node serves no TAXII, that is said, and what would.`
}

// Run makes the account.
func (c *taxiiUserAdd) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	got, err := cl.AddTaxiiUser(w.ctx, api.NewTaxiiUser{Name: c.Name, Officer: c.Officer, Read: c.Read, Write: c.Write, Class: c.Class, Members: c.Member, Codes: c.Code, Caveats: c.Caveat, Personal: c.Personal})
	if err != nil {
		return w.refused(err)
	}
	if err := w.answer(got, func() { w.printf("%s", got.Secret) }); err != nil {
		return err
	}
	w.servesTools(got.Address)
	return nil
}

// servesTools says beside the answer where tools ask, or what is wanting.
func (w *world) servesTools(address string) {
	if address == "" {
		w.notef("this node serves no TAXII: put an address such as listen = \"127.0.0.1:8721\" under [taxii] in its configuration, and start it again")
		return
	}
	w.notef("tools find it at %s", address)
}

type taxiiUserList struct{ asOfficer }

// Help gives an example.
func (taxiiUserList) Help() string { return "Example:\n\n    entente taxii user list" }

// Run lists.
func (c *taxiiUserList) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	us, err := cl.TaxiiUsers(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	defer w.servesTools(us.Address)
	return w.answer(us, func() {
		for _, u := range us.Users {
			rights := "reads " + strings.Join(u.Read, " ")
			if len(u.Read) == 0 {
				rights = "reads its own"
			}
			if u.Write {
				rights += ", writes as " + u.Officer
			}
			more := strings.Join(append(append([]string{}, u.Codes...), u.Caveats...), " ")
			if u.Personal {
				more += " personal data"
			}
			w.printf("%-20s %s of %s %s  %s", u.Name, u.Class, strings.Join(u.Members, " "), more, rights)
		}
	})
}

type taxiiUserRemove struct {
	asOfficer
	Name string `arg:"" help:"Which."`
}

// Help gives an example.
func (taxiiUserRemove) Help() string { return "Example:\n\n    entente taxii user remove opencti" }

// Run ends the account.
func (c *taxiiUserRemove) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if err := cl.RemoveTaxiiUser(w.ctx, c.Name); err != nil {
		return w.refused(err)
	}
	return w.done("%s is removed", c.Name)
}
