package main

import (
	"strings"

	"entente/internal/web/api"
)

// officerCmd is the custodian's work.
type officerCmd struct {
	List     officerList     `cmd:"" help:"List the officers, disabled ones too."`
	Add      officerAdd      `cmd:"" help:"Appoint an officer."`
	Roles    officerRoles    `cmd:"" help:"Change an officer's roles."`
	Disable  officerDisable  `cmd:"" help:"End an officer's rights and sessions at once."`
	Enable   officerEnable   `cmd:"" help:"Let a disabled officer log in again."`
	Password officerPassword `cmd:"" help:"Give another officer a new password, to be changed at the next log-in."`
}

type officerList struct{ asOfficer }

// Help gives an example.
func (officerList) Help() string { return "Example:\n\n    entente officer list" }

// Run lists.
func (c *officerList) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	os, err := cl.Officers(w.ctx)
	if err != nil {
		return w.refused(err)
	}
	return w.answer(api.Officers{Officers: os}, func() {
		for _, o := range os {
			state := ""
			if o.Disabled {
				state = "  disabled"
			}
			w.printf("%-20s %-40s %s%s", o.Login, strings.Join(o.Roles, " "), o.Name, state)
		}
	})
}

type officerAdd struct {
	asOfficer
	Login        string   `arg:"" help:"1 to 64 of a-z 0-9 . _ - beginning with a letter; never given twice."`
	Name         string   `help:"For people; the log-in without it."`
	Role         []string `required:"" help:"duty, analyst, release, inspector, dpo, custodian; inspector and custodian stand alone." placeholder:"ROLE"`
	PasswordFile string   `help:"File with the first password; without it, it is asked for." type:"existingfile" placeholder:"FILE"`
}

// Help gives an example.
func (officerAdd) Help() string {
	return "Example:\n\n    entente officer add irq.duty --role duty --role analyst"
}

// Run appoints.
func (c *officerAdd) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if c.Name == "" {
		c.Name = c.Login
	}
	password, err := passwordOf(w, c.PasswordFile, "first password of "+c.Login)
	if err != nil {
		return err
	}
	if err := cl.AddOfficer(w.ctx, api.NewOfficer{Login: c.Login, Name: c.Name, Roles: c.Role, Password: string(password)}); err != nil {
		return w.refused(err)
	}
	return w.done("%s was appointed", c.Login)
}

// done says that a command without an answer was carried out.
func (w *world) done(format string, args ...any) error {
	return w.answer(map[string]bool{"done": true}, func() { w.printf(format, args...) })
}

type officerRoles struct {
	asOfficer
	Login string   `arg:"" help:"Whose."`
	Role  []string `required:"" help:"All roles that the officer is to have." placeholder:"ROLE"`
}

// Help gives an example.
func (officerRoles) Help() string {
	return "Example:\n\n    entente officer roles irq.duty --role duty --role analyst"
}

// Run changes roles.
func (c *officerRoles) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if err := cl.SetRoles(w.ctx, c.Login, c.Role...); err != nil {
		return w.refused(err)
	}
	return w.done("%s has the roles %s", c.Login, strings.Join(c.Role, " "))
}

type officerDisable struct {
	asOfficer
	Login string `arg:"" help:"Whose."`
}

// Help gives an example.
func (officerDisable) Help() string { return "Example:\n\n    entente officer disable irq.duty" }

// Run disables.
func (c *officerDisable) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if err := cl.DisableOfficer(w.ctx, c.Login); err != nil {
		return w.refused(err)
	}
	return w.done("%s is disabled", c.Login)
}

type officerEnable struct {
	asOfficer
	Login string `arg:"" help:"Whose."`
}

// Help gives an example.
func (officerEnable) Help() string { return "Example:\n\n    entente officer enable irq.duty" }

// Run enables.
func (c *officerEnable) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	if err := cl.EnableOfficer(w.ctx, c.Login); err != nil {
		return w.refused(err)
	}
	return w.done("%s may log in again", c.Login)
}

type officerPassword struct {
	asOfficer
	Login        string `arg:"" help:"Whose."`
	PasswordFile string `help:"File with the new password; without it, it is asked for." type:"existingfile" placeholder:"FILE"`
}

// Help gives an example.
func (officerPassword) Help() string { return "Example:\n\n    entente officer password irq.duty" }

// Run sets a password.
func (c *officerPassword) Run(w *world) error {
	cl, err := c.desk()
	if err != nil {
		return err
	}
	password, err := passwordOf(w, c.PasswordFile, "new password of "+c.Login)
	if err != nil {
		return err
	}
	if err := cl.SetPassword(w.ctx, c.Login, string(password)); err != nil {
		return w.refused(err)
	}
	return w.done("%s has a new password", c.Login)
}
