"""The README's example with boto3: table "ecommerce", three items, and what happens to them.

    ecommerce.py ENDPOINT            create, put, read, update, fail a condition, delete; check each answer
    ecommerce.py ENDPOINT --again    read again what the first run left, after a restart
"""

import sys
from decimal import Decimal

from checks import connect, equal, refused

TABLE = "ecommerce"

PROFILE = {
    "PK": "CUSTOMER#123",
    "SK": "PROFILE",
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "created": "2026-11-24",
}
ORDER = {
    "PK": "CUSTOMER#123",
    "SK": "ORDER#456",
    "total": Decimal("99.99"),
    "status": "shipped",
    "items": ["product-a", "product-b"],
}
METADATA = {
    "PK": "ORDER#456",
    "SK": "METADATA",
    "customer_id": "123",
    "shipping_address": {"street": "12 St James's Square", "city": "London"},
    "payment_method": "card",
}

# What is left at the end: the order was updated and the metadata deleted.
DELIVERED = {**ORDER, "status": "delivered", "attempts": Decimal(1)}


def key(item):
    return {"PK": item["PK"], "SK": item["SK"]}


def create(db):
    table = db.create_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    table.reload()
    equal("the table is there", table.table_status, "ACTIVE")
    return table


def update_order(table):
    return table.update_item(
        Key=key(ORDER),
        UpdateExpression="SET #s = :new ADD attempts :one",
        ConditionExpression="#s = :old",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":new": "delivered", ":old": "shipped", ":one": 1},
        ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )


def run(db):
    table = create(db)
    for item in (PROFILE, ORDER, METADATA):
        table.put_item(Item=item)
    for item in (PROFILE, ORDER, METADATA):
        for strong in (True, False):
            got = table.get_item(Key=key(item), ConsistentRead=strong)
            equal(f"get {item['SK']}, consistent: {strong}", got.get("Item"), item)

    equal("a conditional update", update_order(table)["Attributes"], DELIVERED)
    failure = refused("the same again", "ConditionalCheckFailedException", lambda: update_order(table))
    equal("the item that failed the condition", failure["Item"]["status"], {"S": "delivered"})
    refused(
        "a put over an item",
        "ConditionalCheckFailedException",
        lambda: table.put_item(Item=PROFILE, ConditionExpression="attribute_not_exists(PK)"),
    )

    gone = table.delete_item(Key=key(METADATA), ReturnValues="ALL_OLD")
    equal("a delete", gone["Attributes"], METADATA)
    again(db)


def again(db):
    table = db.Table(TABLE)
    equal("profile", table.get_item(Key=key(PROFILE), ConsistentRead=True).get("Item"), PROFILE)
    equal("order", table.get_item(Key=key(ORDER), ConsistentRead=True).get("Item"), DELIVERED)
    equal("metadata", table.get_item(Key=key(METADATA), ConsistentRead=True).get("Item"), None)
    table.reload()
    equal("number of items", table.item_count, 2)


def main():
    db = connect(sys.argv[1])
    if sys.argv[2:] == ["--again"]:
        again(db)
    else:
        run(db)


main()
