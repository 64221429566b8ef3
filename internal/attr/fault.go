package attr

// invalidValues begins many of DynamoDB's refusals.
const invalidValues = "One or more parameter values were invalid: "

// FaultKind is a reason why an attribute value is refused.
type FaultKind uint8

// The kinds of fault. The order within one value is the one AWS checks in (captures-items §3.1).
const (
	NoFault     FaultKind = iota
	EmptySet              // a set without members
	NullMember            // a set with a null in it
	Duplicate             // a set with two equal members
	BadNumber             // a number that cannot be read or stored
	NullIsFalse           // {"NULL": false}
	ManyTypes             // more than one type given
	NoType                // no type given
)

// Fault is a refusal of an attribute value. Newer and Older are its texts in AWS's two validation
// layers (captures-items §1).
type Fault struct {
	Kind         FaultKind
	Newer, Older string
}

func fault(k FaultKind, text string) Fault { return Fault{k, text, text} }

// Texts that do not depend on the value.
var (
	faultNoType      = fault(NoType, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	faultManyTypes   = fault(ManyTypes, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	faultNullIsFalse = fault(NullIsFalse, invalidValues+"Null attribute value types must have the value of true")

	faultsEmptySet = [...]Fault{
		SS: fault(EmptySet, invalidValues+"An string set  may not be empty"),
		NS: fault(EmptySet, invalidValues+"An number set  may not be empty"),
		BS: fault(EmptySet, invalidValues+"Binary sets should not be empty"),
	}
	faultsNullMember = [...]Fault{
		SS: fault(NullMember, invalidValues+"An string set may not have a null string as a member"),
		NS: fault(NullMember, invalidValues+"An number set may not have a null string as a member"),
		BS: fault(NullMember, invalidValues+"Binary sets may not contain null values"),
	}
)

// Faults is what a Decoder found wrong with the attribute values of one parameter. A request is
// judged in an order of its own, so decoding goes on after a fault and the operation decides when it
// counts; the encoding of a value with a fault is not to be used.
type Faults struct {
	First    Fault  // the first fault in body order
	FirstKey string // the top-level name it stands under

	EmptyName    bool   // an attribute name is empty, at any level
	EmptyNameKey string // the top-level name it stands under
	LongName     bool   // an attribute name is longer than NameBytesMax, at any level
	LongNameKey  string // the top-level name it stands under
	NullFalse    bool   // a value is just {"NULL": false}
	ManyTypes    bool   // a value has several types, whatever else is wrong with it

	Levels  int    // the deepest level of a value
	DeepKey string // the first top-level name under which LevelsMax is exceeded
}

// Any reports whether a value was refused.
func (f *Faults) Any() bool { return f.First.Kind != NoFault }

// report records a fault of a value under the top-level name key.
func (f *Faults) report(key []byte, what Fault) {
	if f.First.Kind == NoFault {
		f.First, f.FirstKey = what, string(key)
	}
}

// TooDeep reports whether a value is nested deeper than DynamoDB stores.
func (f *Faults) TooDeep() bool { return f.Levels > LevelsMax }

// numberFault words the refusal of text as a number.
func numberFault(text []byte, newer NumberFault) Fault {
	word := func(f NumberFault, tail string) string {
		if f == NumberUnreadable {
			return f.String() + tail
		}
		return f.String()
	}
	if len(text) == 0 {
		return Fault{BadNumber, word(newer, ": "), word(newer, "")}
	}
	tail := ": " + string(text)
	return Fault{BadNumber, word(newer, tail), word(olderFault(text), tail)}
}
