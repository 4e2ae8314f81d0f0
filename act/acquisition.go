package act

import "slices"

// AcquisitionStatement says what the originator can state about how something
// was got from a person in detention (rule 23).
type AcquisitionStatement string

// The statements.
const (
	// AcquisitionLawful: no ill-treatment, as far as the originator knows and
	// has looked; on what ground is said beside it.
	AcquisitionLawful AcquisitionStatement = "lawful"
	// AcquisitionUnknown: it cannot say.
	AcquisitionUnknown AcquisitionStatement = "unknown"
	// AcquisitionDoubt: ill-treatment is alleged or cannot be excluded.
	AcquisitionDoubt AcquisitionStatement = "doubt"
)

var acquisitions = []AcquisitionStatement{AcquisitionLawful, AcquisitionUnknown, AcquisitionDoubt}

// An Acquisition is the statement that a source in detention needs.
type Acquisition struct {
	Statement AcquisitionStatement `json:"statement"`
	// Basis is on what ground it is stated, at most 500 bytes.
	Basis string `json:"basis"`
}

// clean reports whether the source may count and leave: it is not of a person
// in detention, or was got lawfully.
func (s *Source) clean() bool {
	return s.Kind != KindDetained || s.Acquisition != nil && s.Acquisition.Statement == AcquisitionLawful
}

func decodeAcquisition(t *tape, n int) (*Acquisition, error) {
	f, err := t.walk(n, &acquisitionShape)
	if err != nil {
		return nil, err
	}
	a := &Acquisition{Basis: t.text(f[acquisitionBasis])}
	if a.Statement, err = oneOf("acquisition statement", t.text(f[acquisitionStatement]), acquisitions); err != nil {
		return nil, err
	}
	return a, checkText("the basis of an acquisition statement", a.Basis, maxReason)
}

// checkStated refuses a source in detention without a statement: it is not
// even written down (rule 23).
func checkStated(sources []Source) error {
	for i := range sources {
		switch s := &sources[i]; {
		case s.Kind == KindDetained && s.Acquisition == nil:
			return refuse(ErrNoAcquisition, "source %d", i+1)
		case s.Kind != KindDetained && s.Acquisition != nil:
			return refuse(ErrValue, "source %d has an acquisition statement and is not of kind detained", i+1)
		}
	}
	return nil
}

// checkGate keeps at home what may come from ill-treatment (rule 23).
func checkGate(sources []Source) error {
	if i := slices.IndexFunc(sources, func(s Source) bool { return !s.clean() && s.Acquisition != nil }); i >= 0 {
		return refuse(ErrIllTreatment, "source %d, %s", i+1, sources[i].Acquisition.Statement)
	}
	return nil
}

func appendAcquisition(b []byte, a *Acquisition) []byte {
	o := begin(b, &acquisitionShape)
	o.str(acquisitionStatement, string(a.Statement))
	o.str(acquisitionBasis, a.Basis)
	return o.end()
}
