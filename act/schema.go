package act

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schemaJSON []byte

// JSONSchema returns the schema of the acts in JSON Schema 2020-12. What it
// refuses [Parse] refuses too; Parse refuses more, because JSON Schema knows
// neither bytes nor repeated fields nor rules across fields.
func JSONSchema() []byte { return slices.Clone(schemaJSON) }

// ReportTypes returns the closed list of types of report, in the order of
// act.md.
func ReportTypes() []ReportType { return slices.Clone(reportTypes) }

// SourceKinds returns the closed list of kinds of source, in the order of
// act.md.
func SourceKinds() []SourceKind { return slices.Clone(sourceKinds) }
