package collect

import (
	"fmt"

	"entente/act"
)

// Refusals of imports. Those of package act (not UTF-8, label, grade, source)
// are returned as they are.
var (
	ErrTooLarge = &act.Refusal{Code: "import_too_large",
		Why: "the file is larger than an import of its kind may be", Cure: "split it"}
	ErrTooMany = &act.Refusal{Code: "import_too_many",
		Why: "the file holds more entries than an import may have", Cure: "split it"}
	ErrNested = &act.Refusal{Code: "import_nested",
		Why: "the file nests deeper, or holds more values, than is read of any", Cure: "export it in parts; where one thing in it nests so deep, leave that out at the source"}
	ErrNoText = &act.Refusal{Code: "import_no_text",
		Why: "there is no text in the file", Cure: "check that it is the right file; pictures of text have to be typed"}
	ErrCursor = &act.Refusal{Code: "import_cursor",
		Why: "the file is not the one whose import was interrupted", Cure: "begin the import anew"}
	ErrPersons = &act.Refusal{Code: "import_persons", Rule: "2",
		Why: "persons are taken in one by one, each with a case and a purpose, and this file holds more records of persons than one import may have", Cure: "file the few that a case needs, one by one; more need the consent of two members and notice to the inspectors"}
	ErrFinePlace = &act.Refusal{Code: "import_fine_place", Rule: "3",
		Why: "the object holds a place finer than a district, or observations of persons, and objects are kept byte for byte", Cure: "take the file in reduced (--reduce), which stores it without them and of the original the digest alone; or remove coordinates, street address, postal code and observations of persons at the source, and keep country and administrative area"}
	ErrFineTime = &act.Refusal{Code: "import_fine_time", Rule: "3",
		Why: "it says to the hour or finer when a person or a group was seen, and days are the finest that is stored", Cure: "take the file in reduced (--reduce), which makes days of such times; or do so at the source"}
	ErrTrait = &act.Refusal{Code: "import_trait", Rule: "18",
		Why: "religion, sect, people or tribe, political view, health and sexual life stand inside quoted texts alone, and this is a field of its own for one of them", Cure: "take the file in reduced (--reduce), which leaves such fields out and says which; or do so at the source"}
	ErrFamily = &act.Refusal{Code: "import_family", Rule: "20",
		Why: "that somebody is of somebody's family is no link that the centre keeps: it passes on nothing", Cure: "take the file in reduced (--reduce), which leaves such links out and says which; or do so at the source"}
	ErrXML = &act.Refusal{Code: "import_xml",
		Why: "the file is not a consolidated list of the United Nations Security Council in XML", Cure: "fetch the list again, whole, from its publisher"}
	ErrSTIX = &act.Refusal{Code: "import_stix",
		Why: "the file is not a bundle of STIX objects", Cure: "export it again as a STIX 2.1 bundle"}
	ErrRepeated = &act.Refusal{Code: "import_repeated",
		Why: "the file says two things under one key", Cure: "ask its publisher which of them holds"}
	ErrOlder = &act.Refusal{Code: "import_older",
		Why: "the file is older than what is held of it, and would undo what came after it", Cure: "fetch it again as it stands now"}
)

func refuse(r *act.Refusal, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), r)
}
