package act

import (
	"errors"
	"fmt"
)

// A Refusal is a reason for which an act, a portion or a file is refused. The
// refusals of this package are its sentinel errors: test for one with
// errors.Is, or take the code to the edge with [Code].
type Refusal struct {
	// Code is stable and lower case, for programs.
	Code string
	// Rule names the hard rules that are the reason ("7", "7 and 10"); empty
	// where a format is the reason and not a rule.
	Rule string
	// Why says what does not hold, Cure what would make it hold.
	Why, Cure string
}

// Error says why, what would cure it, and the rule.
func (r *Refusal) Error() string {
	s := r.Why + "; " + r.Cure
	if r.Rule != "" {
		s += " (rule " + r.Rule + ")"
	}
	return s
}

// Code returns the stable code of the refusal that err wraps, and "act_error"
// when it wraps none.
func Code(err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return "act_error"
}

// Refusals of form.
var (
	ErrTooLarge = &Refusal{Code: "act_too_large",
		Why: "an act is at most 65,492 bytes, the room of the largest body", Cure: "say less in one act, or attach the rest"}
	ErrUTF8 = &Refusal{Code: "act_utf8",
		Why: "text is UTF-8 throughout", Cure: "convert it to UTF-8 before filing it"}
	ErrControl = &Refusal{Code: "act_control_character",
		Why: "text holds no control characters but line feed and tab", Cure: "remove them"}
	ErrJSON = &Refusal{Code: "act_json",
		Why: "an act is one JSON object and nothing after it, its numbers whole and not negative, its field names lower case", Cure: "write it as act.md says"}
	ErrDuplicateField = &Refusal{Code: "act_duplicate_field",
		Why: "a field stands once in its object, else two readers may read two things", Cure: "keep one"}
	ErrDepth = &Refusal{Code: "act_depth",
		Why: "an act is nested at most 32 deep, with at most 256 fields in one object", Cure: "write it as act.md says"}
	ErrUnknownType = &Refusal{Code: "act_unknown_type",
		Why: "the set of acts is closed and this type is not in it", Cure: "it is kept unread until a node of a newer version reads it"}
	ErrUnknownVersion = &Refusal{Code: "act_unknown_version",
		Why: "this version of the format of acts is not known here", Cure: "it is kept unread until a node of a newer version reads it"}
	ErrUnknownField = &Refusal{Code: "act_unknown_field", Rule: "1",
		Why: "the fields of acts are a closed list and this one is not in it", Cure: "leave it out"}
	ErrMissingField = &Refusal{Code: "act_missing_field",
		Why: "a field is missing that act.md requires", Cure: "add it"}
	ErrValue = &Refusal{Code: "act_value",
		Why: "the value does not have the form that act.md gives it", Cure: "write it in that form"}
	ErrFieldSize = &Refusal{Code: "act_field_size",
		Why: "the value is longer than act.md allows", Cure: "shorten it"}
	ErrTextSize = &Refusal{Code: "act_text_size",
		Why: "the text of a portion is at most 49,152 bytes", Cure: "split it into portions, or attach it"}
	ErrTooMany = &Refusal{Code: "act_too_many",
		Why: "the list is longer than act.md allows", Cure: "split it over several portions or reports"}
	ErrRepeated = &Refusal{Code: "act_repeated",
		Why: "the list names the same thing twice", Cure: "name it once"}
)

// Refusals of content.
var (
	ErrNoPortions = &Refusal{Code: "act_no_portions",
		Why: "a view holds at least one portion", Cure: "add one, or send a dummy"}
	ErrNoLabel = &Refusal{Code: "act_no_label", Rule: "7",
		Why: "what has no label cannot be filed or released", Cure: "mark it"}
	ErrLabel = &Refusal{Code: "act_label", Rule: "7",
		Why: "the label is not well formed", Cure: "mark it with a label as label.md says"}
	ErrUnknownClass = &Refusal{Code: "act_unknown_class", Rule: "7",
		Why: "the charter's policies do not know this policy or class", Cure: "use a class of a policy that the charter lists"}
	ErrNoGrade = &Refusal{Code: "act_no_grade",
		Why: "each portion is graded, the source A to F and the content 1 to 6, apart from one another", Cure: "grade it; F and 6 say that it cannot be judged"}
	ErrNoSource = &Refusal{Code: "act_no_source", Rule: "7",
		Why: "a portion without a source or a citation cannot be released", Cure: "name its source, or cite the portion it comes from"}
	ErrUnconfirmed = &Refusal{Code: "act_unconfirmed", Rule: "12",
		Why: "repetition is not confirmation: credibility 1 needs two independent parties", Cure: "name two parties among its sources, choose credibility 2, or let an officer override it by name and with a reason"}
	ErrExternal = &Refusal{Code: "act_external", Rule: "8",
		Why: "the source belongs to an outside originator that the label does not name", Cure: "add the outside originator to the label; it blocks until its consent is on record"}
	ErrOriginator = &Refusal{Code: "act_originator", Rule: "7",
		Why: "the source or cited portion belongs to a member that the label does not name", Cure: "add the member to the label's originators"}
	ErrTaint = &Refusal{Code: "act_taint", Rule: "7 and 10",
		Why: "the portion is marked wider than what it cites, and only the originator widens", Cure: "mark it with the roll-up of its own label and of those it cites, ask the originator, or drop the citation and what comes from it"}
	ErrUnknownCitation = &Refusal{Code: "act_unknown_citation", Rule: "7",
		Why: "the portion cites one that is not held here, so its label cannot be checked", Cure: "cite what is held here"}
	ErrCitedDigest = &Refusal{Code: "act_cited_digest", Rule: "10",
		Why: "the digest of the citation is not that of the portion it names", Cure: "cite the portion as it is held; a portion never changes under its id"}
	ErrBanner = &Refusal{Code: "act_banner", Rule: "7",
		Why: "the banner of a view is at least as strict as the roll-up of its portions", Cure: "mark the view with the roll-up"}
	ErrRecipients = &Refusal{Code: "act_recipients", Rule: "7",
		Why: "a recipient is not in the release of the view's label", Cure: "send this member a view whose portions are all released to it"}
	ErrDesignation = &Refusal{Code: "act_designation", Rule: "19",
		Why: "a report of type DESIGNATION holds designations alone, and only it holds any", Cure: "report the listing by its authority in a report of its own"}
	ErrFinePlace = &Refusal{Code: "act_fine_place", Rule: "3",
		Why: "a place in a designation is a country and a province, never an address", Cure: "leave out street, number and town"}
	ErrNumber = &Refusal{Code: "act_number", Rule: "2",
		Why: "a designation, and words on redress, hold no numbers of documents, registers or telephones", Cure: "leave out what has five digits or more in a row"}
	ErrNoPersonData = &Refusal{Code: "act_no_person_data", Rule: "17 and 21",
		Why: "personal data leave with the categories of the persons, a purpose and a legal basis", Cure: "state them as person_data, or leave the persons out and the label without personal"}
	ErrPersonData = &Refusal{Code: "act_person_data", Rule: "17 and 21",
		Why: "what is said of personal data stands in portions whose label says personal, and in no public listing", Cure: "mark the portion personal, or leave person_data out"}
	ErrPersonConsent = &Refusal{Code: "act_person_consent", Rule: "17",
		Why: "data of minors and victims need their own consent, or that of whoever answers for them", Cure: "say in person_data who consented, or leave them out"}
	ErrNoGround = &Refusal{Code: "act_no_ground", Rule: "19 and 20",
		Why: "a suspect or an associate is named for a specific act or a designation by a named authority; nearness, family and opposition to a government are none", Cure: "state the act or the designation as the ground, or choose another category"}
	ErrSecondMember = &Refusal{Code: "act_second_member", Rule: "19",
		Why: "a record of a person goes beyond one other member only when a second member agrees; public designations by a named authority alone are exempt", Cure: "release it to one member and name that member in consent_needed, then ask it (entente consent ask): what it grants, and you grant, goes further"}
	ErrReviewDate = &Refusal{Code: "act_review_date", Rule: "21",
		Why: "personal data are first reviewed within a year, those of others within 183 days, renewed ones within three years", Cure: "set an earlier review date, or renew them with a reason at their review"}
	ErrNoAcquisition = &Refusal{Code: "act_no_acquisition", Rule: "23",
		Why: "what comes from a person in detention has a statement of how it was got", Cure: "state it as lawful, unknown or doubt, with its basis; what is not lawful stays here"}
	ErrIllTreatment = &Refusal{Code: "act_ill_treatment", Rule: "23",
		Why: "what may come from ill-treatment is released to nobody and confirms nothing", Cure: "find out how it was got and state it, or leave it out"}
	ErrDecision = &Refusal{Code: "act_decision", Rule: "23",
		Why: "a request about a detained person needs a written decision, with the officer who took it, that asking does no harm", Cure: "take it, and write it down; or do not ask"}
	ErrIdentity = &Refusal{Code: "act_identity", Rule: "22",
		Why: "redress on behalf of a person says in which way it was checked that it is the person's wish", Cure: "check it, and say how: papers, representative, authority or officer, and nothing of what the papers say"}
	ErrGround = &Refusal{Code: "act_ground", Rule: "22",
		Why: "what is not granted is refused on a ground and in words", Cure: "state both"}
	ErrPortionRepeated = &Refusal{Code: "act_portion_repeated", Rule: "10",
		Why: "one portion id stands for one content", Cure: "give each portion its own id"}
)

// refuse wraps the sentinel r with what was found.
func refuse(r *Refusal, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), r)
}

// within says where in the act err was found.
func within(err error, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), err)
}

// clip shortens foreign text for a message.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	i := most
	for i > 0 && s[i]&0xC0 == 0x80 {
		i--
	}
	return s[:i] + "…"
}
