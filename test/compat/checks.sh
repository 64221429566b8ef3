# What the shell scripts of this directory share: the AWS CLI, and checks that end the script when they fail.
# The script that sources this has set endpoint. Credentials need not exist: any are taken.
# shellcheck shell=bash

export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=""
export AWS_MAX_ATTEMPTS=2

db() { aws dynamodb --endpoint-url "$endpoint" "$@"; }

# equal WHAT GOT WANT
equal() {
	if [ "$2" != "$3" ]; then
		printf '%s: got %s, want %s\n' "$1" "$2" "$3" >&2
		exit 1
	fi
	echo "ok $1"
}

# refused WHAT TEXT COMMAND… checks that the command fails, with that text in what it says.
refused() {
	local what=$1 text=$2 failure
	shift 2
	if failure=$("$@" 2>&1); then
		printf '%s: got %s, want %s\n' "$what" "$failure" "$text" >&2
		exit 1
	fi
	case $failure in
	*"$text"*) echo "ok $what" ;;
	*)
		printf '%s: got %s, want %s\n' "$what" "$failure" "$text" >&2
		exit 1
		;;
	esac
}

# create TABLE makes a table with the keys PK and SK.
create() {
	db create-table --table-name "$1" --billing-mode PAY_PER_REQUEST \
		--attribute-definitions AttributeName=PK,AttributeType=S AttributeName=SK,AttributeType=S \
		--key-schema AttributeName=PK,KeyType=HASH AttributeName=SK,KeyType=RANGE >/dev/null
	db wait table-exists --table-name "$1"
}
