"""Order placement as one transaction, with boto3: the order, the stock and the customer, all or nothing.

    order_placement.py ENDPOINT            place orders, be refused, and place them again by token
    order_placement.py ENDPOINT --again    place the same orders again, after a restart within ten minutes

Everything is done twice, with TransactWriteItems and with PartiQL, and must come to the same.
"""

import sys
from decimal import Decimal

from checks import connect, equal, refused

TABLE = "order-placement"
STOCK = 10

CUSTOMER = {"PK": "CUSTOMER#123", "SK": "PROFILE", "name": "Ada Lovelace"}
STOCK_KEY = {"PK": "PRODUCT#a", "SK": "STOCK"}

# What it costs to write three items in a transaction, and to read them in one. The condition on the customer
# costs as much as a write.
WRITTEN = {"WriteCapacityUnits": 6.0}
READ = {"ReadCapacityUnits": 6.0}


class Placement:
    """The ways to place an order. Each puts the order if it is new, takes its quantity off the stock if there is
    enough, and checks that there is the customer."""

    def __init__(self, db):
        self.client = db.meta.client

    def by_actions(self, order, quantity, token, customer="CUSTOMER#123"):
        return self.client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": TABLE,
                        "Item": {"PK": customer, "SK": order, "quantity": quantity},
                        "ConditionExpression": "attribute_not_exists(PK)",
                    },
                },
                {
                    "Update": {
                        "TableName": TABLE,
                        "Key": STOCK_KEY,
                        "UpdateExpression": "SET stock = stock - :n",
                        "ConditionExpression": "stock >= :n",
                        "ExpressionAttributeValues": {":n": quantity},
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    },
                },
                {
                    "ConditionCheck": {
                        "TableName": TABLE,
                        "Key": {"PK": customer, "SK": "PROFILE"},
                        "ConditionExpression": "attribute_exists(PK)",
                    },
                },
            ],
            ClientRequestToken=token,
            ReturnConsumedCapacity="TOTAL",
        )

    def by_statements(self, order, quantity, token, customer="CUSTOMER#123"):
        return self.client.execute_transaction(
            TransactStatements=[
                {
                    "Statement": f"""INSERT INTO "{TABLE}" VALUE {{'PK': ?, 'SK': ?, 'quantity': ?}}""",
                    "Parameters": [customer, order, quantity],
                },
                {
                    "Statement": f"""UPDATE "{TABLE}" SET stock = stock - ? WHERE PK = ? AND SK = ? AND stock >= ?""",
                    "Parameters": [quantity, STOCK_KEY["PK"], STOCK_KEY["SK"], quantity],
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                },
                {
                    "Statement": f"""EXISTS(SELECT * FROM "{TABLE}" WHERE PK = ? AND SK = 'PROFILE')""",
                    "Parameters": [customer],
                },
            ],
            ClientRequestToken=token,
            ReturnConsumedCapacity="TOTAL",
        )


def ways(db):
    """Each way with its name, the quantity of its order, and what it calls an item that is there already."""
    placement = Placement(db)
    return (
        ("actions", placement.by_actions, 2, "ConditionalCheckFailed"),
        ("statements", placement.by_statements, 3, "DuplicateItem"),
    )


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
    table.put_item(Item=CUSTOMER)
    table.put_item(Item={**STOCK_KEY, "stock": STOCK})
    return table


def stored(table):
    """The stock, and the orders of everybody with their quantities."""
    items = table.scan(ConsistentRead=True)["Items"]
    stock = next(i["stock"] for i in items if i["SK"] == "STOCK")
    return int(stock), {(i["PK"], i["SK"]): int(i["quantity"]) for i in items if i["SK"].startswith("ORDER#")}


def units(response):
    return [{k: v for k, v in c.items() if k.endswith("CapacityUnits") and k != "CapacityUnits"} for c in response["ConsumedCapacity"]]


def cancelled(what, table, codes, call):
    """Check that the transaction is cancelled for those reasons and has changed nothing; return the reasons."""
    before = stored(table)
    response = refused(what, "TransactionCanceledException", call)
    reasons = response["CancellationReasons"]
    equal(f"{what}: the reasons", [r["Code"] for r in reasons], codes)
    equal(
        f"{what}: the message",
        response["Error"]["Message"],
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]",
    )
    equal(f"{what}: nothing is written", stored(table), before)
    return reasons


def order(name):
    return f"ORDER#{name}"


def place_all(db, table):
    left, orders = STOCK, {}
    for name, place, quantity, duplicate in ways(db):
        response = place(order(name), quantity, f"token-{name}")
        left -= quantity
        orders["CUSTOMER#123", order(name)] = quantity
        equal(f"{name}: placed", stored(table), (left, orders))
        equal(f"{name}: billed as writes", units(response), [WRITTEN])

        what = f"{name}: more than there is"
        reasons = cancelled(
            what,
            table,
            ["None", "ConditionalCheckFailed", "None"],
            lambda: place("ORDER#large", left + 1, f"large-{name}"),
        )
        item = {"PK": {"S": "PRODUCT#a"}, "SK": {"S": "STOCK"}, "stock": {"N": str(left)}}
        equal(f"{what}: the stock is shown", reasons[1].get("Item"), item)
        what = f"{name}: an order that is there, by another token"
        reasons = cancelled(what, table, [duplicate, "None", "None"], lambda: place(order(name), 1, f"duplicate-{name}"))
        equal(f"{what}: it is not shown", reasons[0].get("Item"), None)
        cancelled(
            f"{name}: nobody's order",
            table,
            ["None", "None", "ConditionalCheckFailed"],
            lambda: place("ORDER#nobody", 1, f"nobody-{name}", customer="CUSTOMER#999"),
        )
        cancelled(
            f"{name}: wrong in every way",
            table,
            ["None", "ConditionalCheckFailed", "ConditionalCheckFailed"],
            lambda: place("ORDER#nobody", 99, f"wrong-{name}", customer="CUSTOMER#999"),
        )


def place_again(db, table):
    """The orders again with their tokens: nothing happens twice."""
    before = stored(table)
    equal("what is stored", before, (STOCK - 5, {("CUSTOMER#123", order("actions")): 2, ("CUSTOMER#123", order("statements")): 3}))
    for name, place, quantity, _ in ways(db):
        response = place(order(name), quantity, f"token-{name}")
        equal(f"{name}: placed again by its token", stored(table), before)
        equal(f"{name}: billed as reads", units(response), [READ])
        refused(
            f"{name}: another order by the same token",
            "IdempotentParameterMismatchException",
            lambda: place(order(name), quantity + 1, f"token-{name}"),
        )
        equal(f"{name}: it is not placed", stored(table), before)
    read(db)


def read(db):
    """The orders with one statement, and the quantity of one as a transaction of a statement."""
    client = db.meta.client
    response = client.execute_statement(
        Statement=f"""SELECT SK, quantity FROM "{TABLE}" WHERE PK = ? AND begins_with(SK, 'ORDER#')""",
        Parameters=["CUSTOMER#123"],
        ConsistentRead=True,
    )
    want = [{"SK": order("actions"), "quantity": Decimal(2)}, {"SK": order("statements"), "quantity": Decimal(3)}]
    equal("the orders by a statement", response["Items"], want)
    response = client.execute_transaction(
        TransactStatements=[
            {"Statement": f"""SELECT quantity FROM "{TABLE}" WHERE PK = 'CUSTOMER#123' AND SK = '{order("actions")}'"""},
            {"Statement": f"""SELECT stock FROM "{TABLE}" WHERE PK = 'PRODUCT#a' AND SK = 'STOCK'"""},
        ],
    )
    want = [{"Item": {"quantity": Decimal(2)}}, {"Item": {"stock": Decimal(STOCK - 5)}}]
    equal("an order and the stock at one moment", response["Responses"], want)


def main():
    db = connect(sys.argv[1])
    if sys.argv[2:] != ["--again"]:
        place_all(db, create(db))
    place_again(db, db.Table(TABLE))


main()
