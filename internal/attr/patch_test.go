package attr

import (
	"errors"
	"strconv"
	"strings"
	"testing"
)

// path reads a path such as a.b[1].
func path(text string) Path {
	var p Path
	for _, part := range strings.Split(strings.ReplaceAll(text, "[", ".["), ".") {
		if index, ok := strings.CutPrefix(part, "["); ok {
			i, _ := strconv.Atoi(strings.TrimSuffix(index, "]"))
			p = append(p, Step{Index: i})
		} else {
			p = append(p, Step{Name: part})
		}
	}
	return p
}

// TestPatch holds the rules of captures-items §7. A change is "path=string" or "-path".
func TestPatch(t *testing.T) {
	const item = `{"l":{"L":[{"S":"0"},{"S":"1"},{"M":{"x":{"S":"2x"}}}]},"m":{"M":{"b":{"S":"mb"}}},"s":{"S":"s"}}`
	it := mustDecode(t, item)
	const l0, l1, l2 = `{"S":"0"}`, `{"S":"1"}`, `{"M":{"x":{"S":"2x"}}}`
	const l, m, s = `"l":{"L":[` + l0 + `,` + l1 + `,` + l2 + `]}`, `"m":{"M":{"b":{"S":"mb"}}}`, `"s":{"S":"s"}`
	for _, c := range []struct{ changes, want string }{
		{"", item},
		{"a=1", `{"a":{"S":"1"},` + l + `,` + m + `,` + s + `}`},
		{"z=1 s=2 -m", `{` + l + `,"s":{"S":"2"},"z":{"S":"1"}}`},
		{"-nope", item},
		{"m.a=1 m.c=2", `{` + l + `,"m":{"M":{"a":{"S":"1"},"b":{"S":"mb"},"c":{"S":"2"}}},` + s + `}`},
		{"-m.b", `{` + l + `,"m":{"M":{}},` + s + `}`},
		{"-m.nope", item},
		{"-l[0] -l[1]", `{"l":{"L":[` + l2 + `]},` + m + `,` + s + `}`},
		{"-l[0] -l[2].x", `{"l":{"L":[` + l1 + `,{"M":{}}]},` + m + `,` + s + `}`},
		{"-l[7]", item},
		{"l[11]=b l[10]=a", `{"l":{"L":[` + l0 + `,` + l1 + `,` + l2 + `,{"S":"a"},{"S":"b"}]},` + m + `,` + s + `}`},
		{"l[5]=v -l[0] -l[2]", `{"l":{"L":[` + l1 + `,{"S":"v"}]},` + m + `,` + s + `}`},
		{"l[2].y=v l[1]=w", `{"l":{"L":[` + l0 + `,{"S":"w"},{"M":{"x":{"S":"2x"},"y":{"S":"v"}}}]},` + m + `,` + s + `}`},
		{"l[2].x.y=v", ""},
		{"zz.y=v", ""},
		{"-zz.y", ""},
		{"-zz[0]", ""},
		{"-s.y", ""},
		{"m[0]=v", ""},
		{"l.a=v", ""},
		{"l[9].y=v", ""},
		{"m.b[0].c=v", ""},
	} {
		var patch Patch
		for _, change := range strings.Fields(c.changes) {
			if p, ok := strings.CutPrefix(change, "-"); ok {
				patch.Remove(path(p))
				continue
			}
			p, v, _ := strings.Cut(change, "=")
			patch.Set(path(p), AppendS(nil, v))
		}
		out, err := patch.Apply([]byte("front"), it)
		if c.want == "" {
			if !errors.Is(err, ErrPath) {
				t.Errorf("%s: got %v, want ErrPath", c.changes, err)
			}
			continue
		}
		got := Item(out[len("front"):])
		if err != nil || string(got.AppendJSON(nil)) != c.want || got.Check() != nil {
			t.Errorf("%s: %v, %v\n got %s\nwant %s", c.changes, err, got.Check(), got.AppendJSON(nil), c.want)
		}
	}
}

func TestMask(t *testing.T) {
	it := mustDecode(t, `{"l":{"L":[{"M":{"a":{"S":"0a"},"b":{"S":"0b"}}},{"S":"1"},{"S":"2"}]},"m":{"M":{"a":{"S":"ma"},"n":{"M":{"x":{"S":"y"}}}}},"s":{"S":"s"}}`)
	for paths, want := range map[string]string{
		"":              `{}`,
		"s":             `{"s":{"S":"s"}}`,
		"nope s zzz":    `{"s":{"S":"s"}}`,
		"l[2] l[1]":     `{"l":{"L":[{"S":"1"},{"S":"2"}]}}`,
		"l[0].b l[0].a": `{"l":{"L":[{"M":{"a":{"S":"0a"},"b":{"S":"0b"}}}]}}`,
		"l[0].zz":       `{}`,
		"l[9] m.zz":     `{}`,
		"m.n.x m.zz":    `{"m":{"M":{"n":{"M":{"x":{"S":"y"}}}}}}`,
		"s.x m[0] l.a":  `{}`,
	} {
		var mask Mask
		for _, p := range strings.Fields(paths) {
			mask.Add(path(p))
		}
		got := Item(mask.Apply(nil, it))
		if string(got.AppendJSON(nil)) != want || got.Check() != nil {
			t.Errorf("%s: %v\n got %s\nwant %s", paths, got.Check(), got.AppendJSON(nil), want)
		}
		for _, p := range strings.Fields(paths) {
			if leaf := it.At(path(p)); leaf != nil && len(strings.Fields(paths)) == 1 && got.Len() == 0 {
				t.Errorf("%s leads to %s but the mask leaves nothing", p, leaf.AppendJSON(nil))
			}
		}
	}
}
