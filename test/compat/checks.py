"""What the scripts of this directory share: a connection, and checks that end the script when they fail."""

import sys

import boto3
from botocore.exceptions import ClientError

ANY = {
    "region_name": "us-east-1",
    "aws_access_key_id": "any",
    "aws_secret_access_key": "any",
}


def connect(endpoint):
    """Return DynamoDB as boto3 sees it at endpoint. Credentials need not exist: any are taken."""
    return boto3.resource("dynamodb", endpoint_url=endpoint, **ANY)


def connect_streams(endpoint):
    """Return boto3's client for the streams of the tables at endpoint."""
    return boto3.client("dynamodbstreams", endpoint_url=endpoint, **ANY)


def equal(what, got, want):
    if got != want:
        sys.exit(f"{what}: got {got!r}, want {want!r}")
    print("ok", what)


def refused(what, code, call):
    """Check that the call is refused with that code, and return the response."""
    try:
        got = call()
    except ClientError as e:
        equal(what, e.response["Error"]["Code"], code)
        return e.response
    sys.exit(f"{what}: got {got!r}, want {code}")
