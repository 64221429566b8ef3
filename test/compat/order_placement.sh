#!/usr/bin/env bash
# Order placement as one transaction with the AWS CLI. What order_placement.py does, in a table of its own.
#
#    order_placement.sh ENDPOINT            place orders, be refused, and place them again by token
#    order_placement.sh ENDPOINT --again    place the same orders again, after a restart within ten minutes
set -euo pipefail

endpoint=$1
table=order-placement-cli
# shellcheck source=checks.sh
. "$(dirname "$0")/checks.sh"

# place ORDER QUANTITY TOKEN CUSTOMER prints what was consumed: units of reads, units of writes.
place() {
	db transact-write-items --client-request-token "$3" --return-consumed-capacity TOTAL --output text \
		--query 'ConsumedCapacity[0].[ReadCapacityUnits, WriteCapacityUnits]' --transact-items "[
		{\"Put\": {\"TableName\": \"$table\",
			\"Item\": {\"PK\": {\"S\": \"$4\"}, \"SK\": {\"S\": \"$1\"}, \"quantity\": {\"N\": \"$2\"}},
			\"ConditionExpression\": \"attribute_not_exists(PK)\"}},
		{\"Update\": {\"TableName\": \"$table\", \"Key\": {\"PK\": {\"S\": \"PRODUCT#a\"}, \"SK\": {\"S\": \"STOCK\"}},
			\"UpdateExpression\": \"SET stock = stock - :n\", \"ConditionExpression\": \"stock >= :n\",
			\"ExpressionAttributeValues\": {\":n\": {\"N\": \"$2\"}}}},
		{\"ConditionCheck\": {\"TableName\": \"$table\", \"Key\": {\"PK\": {\"S\": \"$4\"}, \"SK\": {\"S\": \"PROFILE\"}},
			\"ConditionExpression\": \"attribute_exists(PK)\"}}]"
}

# place_partiql is place with statements.
place_partiql() {
	db execute-transaction --client-request-token "$3" --return-consumed-capacity TOTAL --output text \
		--query 'ConsumedCapacity[0].[ReadCapacityUnits, WriteCapacityUnits]' --transact-statements "[
		{\"Statement\": \"INSERT INTO \\\"$table\\\" VALUE {'PK': ?, 'SK': ?, 'quantity': ?}\",
			\"Parameters\": [{\"S\": \"$4\"}, {\"S\": \"$1\"}, {\"N\": \"$2\"}]},
		{\"Statement\": \"UPDATE \\\"$table\\\" SET stock = stock - ? WHERE PK = 'PRODUCT#a' AND SK = 'STOCK' AND stock >= ?\",
			\"Parameters\": [{\"N\": \"$2\"}, {\"N\": \"$2\"}]},
		{\"Statement\": \"EXISTS(SELECT * FROM \\\"$table\\\" WHERE PK = ? AND SK = 'PROFILE')\",
			\"Parameters\": [{\"S\": \"$4\"}]}]"
}

# stock prints what is left.
stock() {
	db execute-statement --consistent-read --query 'Items[0].stock.N' --output text \
		--statement "SELECT stock FROM \"$table\" WHERE PK = 'PRODUCT#a' AND SK = 'STOCK'"
}

# orders prints the orders of CUSTOMER#123 with their quantities.
orders() {
	db execute-statement --consistent-read --query "join(', ', Items[].join(' ', [SK.S, quantity.N]))" --output text \
		--parameters '[{"S": "CUSTOMER#123"}]' \
		--statement "SELECT SK, quantity FROM \"$table\" WHERE PK = ? AND begins_with(SK, 'ORDER#')"
}

# again places the orders again with their tokens: nothing happens twice.
again() {
	equal "placed again by its token, billed as reads" "$(place ORDER#1 2 token-1 CUSTOMER#123)" $'6.0\tNone'
	equal "the same with statements" "$(place_partiql ORDER#2 3 token-2 CUSTOMER#123)" $'6.0\tNone'
	refused "another order by the same token" IdempotentParameterMismatchException place ORDER#1 3 token-1 CUSTOMER#123
	refused "the same with statements" IdempotentParameterMismatchException place_partiql ORDER#2 4 token-2 CUSTOMER#123
	equal "stock" "$(stock)" 5
	equal "orders" "$(orders)" "ORDER#1 2, ORDER#2 3"
}

if [ "${2:-}" = --again ]; then
	again
	exit
fi

create "$table"
db put-item --table-name "$table" --item '{"PK": {"S": "CUSTOMER#123"}, "SK": {"S": "PROFILE"}, "name": {"S": "Ada Lovelace"}}'
db put-item --table-name "$table" --item '{"PK": {"S": "PRODUCT#a"}, "SK": {"S": "STOCK"}, "stock": {"N": "10"}}'

equal "placed, billed as writes" "$(place ORDER#1 2 token-1 CUSTOMER#123)" $'None\t6.0'
equal "stock" "$(stock)" 8
equal "the same with statements" "$(place_partiql ORDER#2 3 token-2 CUSTOMER#123)" $'None\t6.0'
equal "stock" "$(stock)" 5

refused "more than there is" "[None, ConditionalCheckFailed, None]" place ORDER#3 6 token-3 CUSTOMER#123
refused "an order that is there" "[ConditionalCheckFailed, None, None]" place ORDER#1 1 token-4 CUSTOMER#123
refused "nobody's order" "[None, None, ConditionalCheckFailed]" place ORDER#3 1 token-5 CUSTOMER#999
refused "more than there is, with statements" "[None, ConditionalCheckFailed, None]" place_partiql ORDER#3 6 token-6 CUSTOMER#123
refused "an order that is there, with statements" "[DuplicateItem, None, None]" place_partiql ORDER#2 1 token-7 CUSTOMER#123
refused "nobody's order, with statements" "[None, None, ConditionalCheckFailed]" place_partiql ORDER#3 1 token-8 CUSTOMER#999
again
