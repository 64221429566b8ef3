package op

import (
	"strings"

	"github.com/statordb/stator/internal/api"
	"github.com/statordb/stator/internal/apierr"
	"github.com/statordb/stator/internal/catalog"
)

// kmsType is the one type of encryption that can be asked for.
const kmsType = "KMS"

// Of the key that AWS manages for DynamoDB in every account. Stator has no keys and encrypts nothing:
// the choice is kept and reported.
const (
	managedAlias = "alias/aws/dynamodb"
	managedKeyID = "00000000-0000-0000-0000-000000000000"
)

// encryptionShaped refuses a choice of encryption whose members do not go together.
func encryptionShaped(e *api.SSESpecification) *apierr.Error {
	if e == nil {
		return nil
	}
	off := e.Enabled.Set && !e.Enabled.V
	switch {
	case off && e.SSEType.Set:
		return apierr.Invalid("SSEType can not be specified if Enabled is false")
	case off && e.KMSMasterKeyId.Set:
		return apierr.Invalid("KMSMasterKeyId can not be specified if Enabled is false")
	case e.SSEType.Set && e.SSEType.V != kmsType:
		return apierr.Invalidf("SSEType %s is not supported", e.SSEType.V)
	case e.KMSMasterKeyId.Set && !e.SSEType.Set:
		return apierr.Invalid("SSEType KMS is required if KMSMasterKeyId is specified")
	}
	return nil
}

// encryption returns what e chooses, or nil for the key that the owner of DynamoDB holds, which is
// what every table begins with.
func (s *Service) encryption(e *api.SSESpecification) *catalog.Encryption {
	if e == nil || !e.Enabled.V && !e.SSEType.Set {
		return nil
	}
	return &catalog.Encryption{KeyARN: s.keyARN(e.KMSMasterKeyId.Or(managedAlias))}
}

// keyARN returns the ARN of the key that a KMSMasterKeyId means. Without KMS there is nobody to ask
// for the key behind an alias, so an alias is kept.
func (s *Service) keyARN(id string) string {
	prefix := "arn:aws:kms:" + s.catalog.Region + ":" + s.catalog.Account + ":"
	id = strings.TrimPrefix(id, prefix)
	switch {
	case id == managedAlias:
		return prefix + "key/" + managedKeyID
	case strings.HasPrefix(id, "arn:"):
		return id
	case strings.HasPrefix(id, "alias/"), strings.HasPrefix(id, "key/"):
		return prefix + id
	}
	return prefix + "key/" + id
}

// encrypt changes the encryption of t. AWS refuses what changes nothing, but only if it can tell
// without asking KMS.
func (s *Service) encrypt(t *catalog.Table, e *api.SSESpecification) *apierr.Error {
	chosen := s.encryption(e)
	switch {
	case chosen == nil && t.Encryption == nil:
		return apierr.Invalid("Table is already encrypted by default")
	case chosen != nil && t.Encryption != nil && e.KMSMasterKeyId.V == t.Encryption.KeyARN:
		return apierr.Invalid("Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key")
	}
	t.Encryption = chosen
	return nil
}
