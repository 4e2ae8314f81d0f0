package exchange

import (
	"fmt"

	"entente/act"
)

// Refusals of bundles. Those of the packages act and stix are returned as they
// are.
var (
	ErrNotReport = &act.Refusal{Code: "exchange_not_report",
		Why: "only views of reports are said in STIX", Cure: "leave the other acts out"}
	ErrTooMany = &act.Refusal{Code: "exchange_too_many",
		Why: "the bundle holds more than a bundle of ours may have", Cure: "split it"}
	ErrAltered = &act.Refusal{Code: "exchange_altered",
		Why: "an object says in its STIX properties something else than in its extension, or is missing", Cure: "ask for the bundle again as it was exported; take changed objects in as foreign ones"}
	ErrForm = &act.Refusal{Code: "exchange_form",
		Why: "an extension of ours does not have its form", Cure: "ask for the bundle again as it was exported"}
)

func refuse(r *act.Refusal, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), r)
}
