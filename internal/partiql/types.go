package partiql

import (
	"strings"

	"github.com/statordb/stator/internal/attr"
)

// typeTest is what IS does with a type: a DynamoDB type that it asks for, or a PartiQL type that
// DynamoDB does not know. MISSING is attr.Invalid.
type typeTest struct {
	asks    attr.Type
	unknown string
}

// typeTests are the types behind IS (partiql.md §6).
var typeTests = map[string]typeTest{
	"missing": {}, "null": {asks: attr.NULL}, "bool": {asks: attr.BOOL}, "boolean": {asks: attr.BOOL},
	"blob": {asks: attr.B}, "string": {asks: attr.S}, "numeric": {asks: attr.N},
	"struct": {asks: attr.M}, "tuple": {asks: attr.M}, "list": {asks: attr.L},

	"any": {unknown: "AnyType"}, "bag": {unknown: "BagType"}, "clob": {unknown: "ClobType"},
	"date": {unknown: "DateType"}, "decimal": {unknown: "DecimalType"}, "dec": {unknown: "DecimalType"},
	"float": {unknown: "FloatType"}, "real": {unknown: "RealType"}, "sexp": {unknown: "SexpType"},
	"symbol": {unknown: "SymbolType"}, "time": {unknown: "TimeType"}, "timestamp": {unknown: "TimestampType"},
	"smallint": {unknown: "SmallintType"}, "int2": {unknown: "SmallintType"}, "integer2": {unknown: "SmallintType"},
	"int": {unknown: "IntegerType"}, "integer": {unknown: "IntegerType"},
	"int4": {unknown: "Integer4Type"}, "integer4": {unknown: "Integer4Type"},
	"int8": {unknown: "Integer8Type"}, "integer8": {unknown: "Integer8Type"}, "bigint": {unknown: "Integer8Type"},
	"double precision": {unknown: "DoublePrecisionType"},
	"char":             {unknown: "CharacterType"}, "character": {unknown: "CharacterType"},
	"varchar": {unknown: "CharacterVaryingType"},
}

// lower is strings.ToLower for the ASCII words of statements.
func lower(word string) string { return strings.ToLower(word) }
