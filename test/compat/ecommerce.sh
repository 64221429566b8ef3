#!/usr/bin/env bash
# The README's example with the AWS CLI. What ecommerce.py does, in a table of its own.
#
#    ecommerce.sh ENDPOINT            create, put, read, update, fail a condition, delete; check each answer
#    ecommerce.sh ENDPOINT --again    read again what the first run left, after a restart
set -euo pipefail

endpoint=$1
table=ecommerce-cli
# shellcheck source=checks.sh
. "$(dirname "$0")/checks.sh"

# get PK SK PATH prints one attribute.
get() {
	db get-item --table-name "$table" --consistent-read \
		--key "{\"PK\": {\"S\": \"$1\"}, \"SK\": {\"S\": \"$2\"}}" --query "$3" --output text
}

again() {
	equal "profile" "$(get CUSTOMER#123 PROFILE Item.email.S)" ada@example.com
	equal "order" "$(get CUSTOMER#123 ORDER#456 Item.status.S)" delivered
	equal "total" "$(get CUSTOMER#123 ORDER#456 Item.total.N)" 99.99
	equal "metadata" "$(get ORDER#456 METADATA Item)" None
}

if [ "${2:-}" = --again ]; then
	again
	exit
fi

create "$table"

db put-item --table-name "$table" --item '{"PK": {"S": "CUSTOMER#123"}, "SK": {"S": "PROFILE"},
	"name": {"S": "Ada Lovelace"}, "email": {"S": "ada@example.com"}, "created": {"S": "2026-11-24"}}'
db put-item --table-name "$table" --item '{"PK": {"S": "CUSTOMER#123"}, "SK": {"S": "ORDER#456"},
	"total": {"N": "99.99"}, "status": {"S": "shipped"}, "items": {"L": [{"S": "product-a"}, {"S": "product-b"}]}}'
db put-item --table-name "$table" --item '{"PK": {"S": "ORDER#456"}, "SK": {"S": "METADATA"},
	"customer_id": {"S": "123"}, "payment_method": {"S": "card"},
	"shipping_address": {"M": {"street": {"S": "12 St James'"'"'s Square"}, "city": {"S": "London"}}}}'

equal "get profile" "$(get CUSTOMER#123 PROFILE Item.name.S)" "Ada Lovelace"
equal "get order" "$(get CUSTOMER#123 ORDER#456 'Item.items.L[1].S')" product-b
equal "get metadata" "$(get ORDER#456 METADATA Item.shipping_address.M.city.S)" London

update_order() {
	db update-item --table-name "$table" --key '{"PK": {"S": "CUSTOMER#123"}, "SK": {"S": "ORDER#456"}}' \
		--update-expression 'SET #s = :new' --condition-expression '#s = :old' \
		--expression-attribute-names '{"#s": "status"}' \
		--expression-attribute-values '{":new": {"S": "delivered"}, ":old": {"S": "shipped"}}' \
		--return-values ALL_NEW --query Attributes.status.S --output text
}
equal "a conditional update" "$(update_order)" delivered
refused "the same again" ConditionalCheckFailedException update_order

equal "a delete" "$(db delete-item --table-name "$table" \
	--key '{"PK": {"S": "ORDER#456"}, "SK": {"S": "METADATA"}}' \
	--return-values ALL_OLD --query Attributes.payment_method.S --output text)" card
again
