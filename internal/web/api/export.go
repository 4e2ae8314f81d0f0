package api

import "time"

// The formats in which reports are exported.
const (
	ExportSTIX = "stix"
	ExportMISP = "misp"
)

// ExportReports says which reports are exported: those that are named, or all
// that were written since a time and that the other fields narrow.
type ExportReports struct {
	Format           string     `json:"format" enum:"stix,misp" doc:"stix: a STIX 2.1 bundle, which reads back without loss; misp: events of MISP."`
	Reports          []string   `json:"reports,omitempty" maxItems:"10000" doc:"Ids of reports. One that is not here and one that is for others have the same answer."`
	Since            *time.Time `json:"since,omitempty" doc:"Instead of ids: all that were written at or after it."`
	Originator       string     `json:"originator,omitempty" maxLength:"3" doc:"With since: only this member's."`
	Type             string     `json:"type,omitempty" enum:"INTREP,SUPINTREP,INTSUM,SITREP,ASSESSMENT,ANSWER,DESIGNATION" doc:"With since: only of this type."`
	Batch            string     `json:"batch,omitempty" maxLength:"64" doc:"With since: only of this release."`
	KeepDistribution bool       `json:"keep_distribution,omitempty" doc:"Events that came from MISP get the distribution with which they came; without it every event is for the own organisation alone."`
}

// HeaderNotes carries, as a JSON list of notes in ASCII, what the format of an
// export could not carry: the first of it. HeaderReports counts the reports.
const (
	HeaderNotes   = "Entente-Notes"
	HeaderReports = "Entente-Reports"
)
