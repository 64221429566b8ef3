package op

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// Limits of tags, from "Tagging your AWS resources".
const (
	tagKeyCharsMax   = 128
	tagValueCharsMax = 256
	tagsMax          = 50
)

// reservedTagPrefix begins the keys of AWS's own tags.
const reservedTagPrefix = "aws:"

var errTooManyTags = apierr.Validation("Number of Tags exceed the current limit for the provided ResourceArn")

// tagsAllowed refuses tags, all of them, if one is wrong.
func tagsAllowed(tags []api.Tag) *apierr.Error {
	for i := range tags {
		if err := tagAllowed(&tags[i]); err != nil {
			return err
		}
	}
	seen := make(map[string]bool, len(tags))
	for i := range tags {
		key := tags[i].Key.V
		if seen[key] {
			return apierr.Validation("Duplicate Tag Keys provided as input: Duplicate Tag Key found " + key)
		}
		seen[key] = true
	}
	if len(tags) > tagsMax {
		return errTooManyTags
	}
	return nil
}

func tagAllowed(tag *api.Tag) *apierr.Error {
	if err := tagKeyAllowed(tag.Key); err != nil {
		return err
	}
	if !tag.Value.Set || !tagText(tag.Value.V, tagValueCharsMax) {
		return apierr.Validation("The Tag Value provided is invalid, Value: " + tag.Value.Or("null"))
	}
	if strings.HasPrefix(tag.Key.V, reservedTagPrefix) {
		return apierr.Validation("Tag Key cannot be prefixed with aws:, Key: " + tag.Key.V)
	}
	return nil
}

func tagKeyAllowed(key api.Opt[string]) *apierr.Error {
	if key.V == "" || !tagText(key.V, tagKeyCharsMax) {
		return apierr.Validation("The Tag Key provided is invalid, Key: " + key.Or("null"))
	}
	return nil
}

// tagText reports whether s has at most charsMax characters, all of them such as tags may have.
func tagText(s string, charsMax int) bool {
	return utf8.RuneCountInString(s) <= charsMax && strings.IndexFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.Is(unicode.Z, c) && !strings.ContainsRune("+-=._:/@", c)
	}) < 0
}

// tagged returns old with the tags added or changed, in the order of the catalog.
func tagged(old []catalog.Tag, tags []api.Tag) []catalog.Tag {
	merged := make(map[string]string, len(old)+len(tags))
	for _, t := range old {
		merged[t.Key] = t.Value
	}
	for i := range tags {
		merged[tags[i].Key.V] = tags[i].Value.V
	}
	out := make([]catalog.Tag, 0, len(merged))
	for key, value := range merged {
		out = append(out, catalog.Tag{Key: key, Value: value})
	}
	slices.SortFunc(out, func(a, b catalog.Tag) int { return strings.Compare(a.Key, b.Key) })
	return out
}
