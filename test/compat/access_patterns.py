"""The access patterns that a single-table design is made for, with boto3.

    access_patterns.py ENDPOINT            make a table with GSI1, put its items, read them in every way
    access_patterns.py ENDPOINT --again    read them again, after a restart

Each answer is compared with what the same question finds in a list of the items.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from time import monotonic, sleep

from boto3.dynamodb.conditions import Attr, Key

from checks import connect, equal, refused

TABLE = "access-patterns"
SEGMENTS = 4
ACTIVE_SECONDS_MAX = 60  # for an index over this handful of items


def customer(number, status):
    return {
        "PK": f"CUSTOMER#{number}",
        "SK": "PROFILE",
        "GSI1PK": f"EMAIL#customer{number}@example.com",
        "name": f"Customer {number}",
        "status": status,
    }


def order(owner, number, status, cents):
    return {
        "PK": f"CUSTOMER#{owner}",
        "SK": f"ORDER#{number:03}",
        "GSI1PK": f"ORDER#{number:03}",
        "owner": f"CUSTOMER#{owner}",
        "total": Decimal(cents) / 100,
        "status": status,
    }


def position(number, line):
    """An item that is in no index: it has none of their keys."""
    return {
        "PK": f"ORDER#{number:03}",
        "SK": f"ITEM#{line}",
        "product": f"product-{line}",
        "quantity": line,
    }


STATUSES = ("active", "shipped", "active", "cancelled", "delivered")
ORDERS = [order(123, n, STATUSES[n % len(STATUSES)], 999 * (n * 37 % 60 + 1)) for n in range(60)]
ITEMS = [
    *(customer(n, "active" if n % 3 else "closed") for n in range(100, 140)),
    *ORDERS,
    *(order(124, n, "active", 250 * n) for n in range(60, 65)),
    *(position(n, line) for n in range(0, 60, 7) for line in range(1, 4)),
]


def found(test, *, by=("PK", "SK"), reverse=False):
    """The items that test accepts, in the order of the named attributes."""
    return sorted(filter(test, ITEMS), key=lambda i: [i[a] for a in by], reverse=reverse)


def unordered(items):
    return sorted(items, key=lambda i: (i["PK"], i["SK"]))


def of(pk, prefix=""):
    return lambda i: i["PK"] == pk and i["SK"].startswith(prefix)


def create(db):
    table = db.create_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
            {"AttributeName": "GSI1PK", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "GSI1",
                "KeySchema": [{"AttributeName": "GSI1PK", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            },
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    table.reload()
    equal("GSI1 is there", [(x["IndexName"], x["IndexStatus"]) for x in table.global_secondary_indexes], [("GSI1", "ACTIVE")])
    return table


def add_index(table):
    """Add GSI2, with a sort key and a part of the attributes, to the table with its items."""
    table.meta.client.update_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": "owner", "AttributeType": "S"},
            {"AttributeName": "total", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "GSI2",
                    "KeySchema": [
                        {"AttributeName": "owner", "KeyType": "HASH"},
                        {"AttributeName": "total", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status"]},
                },
            },
        ],
    )
    until = monotonic() + ACTIVE_SECONDS_MAX
    while True:
        table.reload()
        status = {x["IndexName"]: x["IndexStatus"] for x in table.global_secondary_indexes}
        if status["GSI2"] == "ACTIVE":
            break
        if monotonic() > until:
            sys.exit(f"GSI2 does not get active: {status}")
        sleep(0.1)
    equal("an index added later", status, {"GSI1": "ACTIVE", "GSI2": "ACTIVE"})


def pages(read, **arguments):
    """Every page of a Query or a Scan: the loop over LastEvaluatedKey."""
    response = read(**arguments)
    yield response
    while "LastEvaluatedKey" in response:
        response = read(**arguments, ExclusiveStartKey=response["LastEvaluatedKey"])
        yield response


def everything(read, **arguments):
    return [item for page in pages(read, **arguments) for item in page["Items"]]


def batch_get(db):
    wanted = ITEMS[::3]
    keys = [{"PK": i["PK"], "SK": i["SK"]} for i in wanted] + [{"PK": "CUSTOMER#999", "SK": "PROFILE"}]
    response = db.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    equal("a batch of items", unordered(response["Responses"][TABLE]), unordered(wanted))
    equal("and all of it", response["UnprocessedKeys"], {})


def query_by_key(table):
    response = table.query(KeyConditionExpression=Key("PK").eq("CUSTOMER#123"))
    equal("all of a customer", response["Items"], found(of("CUSTOMER#123")))
    equal("and no more pages", response.get("LastEvaluatedKey"), None)

    response = table.query(KeyConditionExpression=Key("PK").eq("CUSTOMER#123") & Key("SK").begins_with("ORDER#"))
    equal("the orders of a customer", response["Items"], found(of("CUSTOMER#123", "ORDER#")))
    equal("how many", (response["Count"], response["ScannedCount"]), (60, 60))

    response = table.query(
        KeyConditionExpression=Key("PK").eq("CUSTOMER#123") & Key("SK").begins_with("ORDER#"),
        ScanIndexForward=False,
        Limit=5,
    )
    equal("the last five orders", response["Items"], found(of("CUSTOMER#123", "ORDER#"), reverse=True)[:5])
    equal("where to go on", response["LastEvaluatedKey"], {"PK": "CUSTOMER#123", "SK": "ORDER#055"})

    response = table.query(
        KeyConditionExpression=Key("PK").eq("CUSTOMER#123") & Key("SK").between("ORDER#010", "ORDER#019"),
        ConsistentRead=True,
    )
    want = found(lambda i: of("CUSTOMER#123")(i) and "ORDER#010" <= i["SK"] <= "ORDER#019")
    equal("a range of orders", response["Items"], want)

    for name, condition, test in (
        ("<", Key("SK").lt("ORDER#003"), lambda sk: sk < "ORDER#003"),
        ("<=", Key("SK").lte("ORDER#003"), lambda sk: sk <= "ORDER#003"),
        (">", Key("SK").gt("ORDER#055"), lambda sk: sk > "ORDER#055"),
        (">=", Key("SK").gte("ORDER#055"), lambda sk: sk >= "ORDER#055"),
        ("=", Key("SK").eq("PROFILE"), lambda sk: sk == "PROFILE"),
    ):
        response = table.query(KeyConditionExpression=Key("PK").eq("CUSTOMER#123") & condition)
        equal(f"orders by {name}", response["Items"], found(lambda i: of("CUSTOMER#123")(i) and test(i["SK"])))

    response = table.query(KeyConditionExpression=Key("PK").eq("CUSTOMER#999"))
    equal("a customer who is not there", (response["Items"], response["Count"]), ([], 0))


def query_with_filter(table):
    arguments = {
        "KeyConditionExpression": Key("PK").eq("CUSTOMER#123") & Key("SK").begins_with("ORDER#"),
        "FilterExpression": Attr("status").eq("active"),
    }
    items = []
    sizes = []
    for page in pages(table.query, **arguments, Limit=10):
        items += page["Items"]
        sizes.append((page["Count"], page["ScannedCount"]))
    want = found(lambda i: of("CUSTOMER#123", "ORDER#")(i) and i["status"] == "active")
    equal("active orders, in pages of ten", items, want)
    equal("ten are looked at for each page", sizes, [(4, 10)] * 6 + [(0, 0)])

    response = table.query(**arguments, Select="COUNT")
    equal("counted only", (response["Count"], response["ScannedCount"], "Items" in response), (24, 60, False))

    response = table.query(
        KeyConditionExpression=Key("PK").eq("CUSTOMER#123"),
        FilterExpression=Attr("total").between(Decimal(100), Decimal(200)) & Attr("status").is_in(["shipped", "delivered"]),
    )
    want = found(lambda i: of("CUSTOMER#123")(i) and 100 <= i.get("total", 0) <= 200 and i["status"] in ("shipped", "delivered"))
    equal("a filter on two attributes", response["Items"], want)


def query_with_projection(table):
    response = table.query(
        KeyConditionExpression=Key("PK").eq("CUSTOMER#123") & Key("SK").begins_with("ORDER#00"),
        ProjectionExpression="SK, #t, nothing",
        ExpressionAttributeNames={"#t": "total"},
    )
    want = [{"SK": i["SK"], "total": i["total"]} for i in found(of("CUSTOMER#123", "ORDER#00"))]
    equal("two attributes of ten orders", response["Items"], want)


def query_index(table):
    for key in ("ORDER#007", "EMAIL#customer123@example.com"):
        response = table.query(IndexName="GSI1", KeyConditionExpression=Key("GSI1PK").eq(key))
        equal(f"{key} through GSI1", response["Items"], found(lambda i: i.get("GSI1PK") == key))

    in_gsi2 = {"PK", "SK", "owner", "total", "status"}
    orders = [{a: v for a, v in i.items() if a in in_gsi2} for i in found(of("CUSTOMER#123", "ORDER#"), by=("total",))]
    by_total = {"IndexName": "GSI2", "KeyConditionExpression": Key("owner").eq("CUSTOMER#123")}
    equal("orders by their total", table.query(**by_total)["Items"], orders)
    equal("the same in pages of seven", everything(table.query, **by_total, Limit=7), orders)
    equal("the other way", everything(table.query, **by_total, Limit=7, ScanIndexForward=False), orders[::-1])
    response = table.query(**by_total, Limit=1)
    last = {a: orders[0][a] for a in ("PK", "SK", "owner", "total")}
    equal("where a page of an index ends", response["LastEvaluatedKey"], last)

    response = table.query(
        IndexName="GSI2",
        KeyConditionExpression=Key("owner").eq("CUSTOMER#123") & Key("total").gte(Decimal("500")),
        FilterExpression=Attr("status").eq("active"),
        ReturnConsumedCapacity="INDEXES",
    )
    want = [i for i in orders if i["total"] >= 500 and i["status"] == "active"]
    equal("expensive active orders", response["Items"], want)
    consumed = response["ConsumedCapacity"]
    equal(
        "what that costs",
        (consumed["CapacityUnits"], consumed["Table"]["CapacityUnits"], consumed["GlobalSecondaryIndexes"]),
        (0.5, 0.0, {"GSI2": {"CapacityUnits": 0.5}}),
    )

    refused(
        "a consistent read of a global index",
        "ValidationException",
        lambda: table.query(**by_total, ConsistentRead=True),
    )
    refused(
        "an index that is not there",
        "ValidationException",
        lambda: table.query(IndexName="GSI9", KeyConditionExpression=Key("GSI1PK").eq("ORDER#007")),
    )


def scan(table):
    equal("scan", unordered(everything(table.scan)), unordered(ITEMS))
    equal("scan in pages of nine", everything(table.scan, Limit=9), everything(table.scan))

    def segment(number):
        return everything(table.scan, Segment=number, TotalSegments=SEGMENTS, Limit=20)

    with ThreadPoolExecutor(SEGMENTS) as pool:
        segments = list(pool.map(segment, range(SEGMENTS)))
    equal("segments side by side", unordered(sum(segments, [])), unordered(ITEMS))
    equal("each segment has some", [bool(s) for s in segments], [True] * SEGMENTS)

    active = everything(table.scan, FilterExpression=Attr("status").eq("active"), Limit=10)
    equal("scan with a filter", unordered(active), found(lambda i: i.get("status") == "active"))
    count = sum(page["Count"] for page in pages(table.scan, Select="COUNT", Limit=50))
    equal("scan to count", count, len(ITEMS))
    indexed = everything(table.scan, IndexName="GSI1", Limit=11)
    equal("scan of an index has only items with its key", unordered(indexed), found(lambda i: "GSI1PK" in i))


def counts(table):
    table.reload()
    indexes = {x["IndexName"]: x["ItemCount"] for x in table.global_secondary_indexes}
    equal("number of items", (table.item_count, indexes), (len(ITEMS), {"GSI1": 105, "GSI2": 65}))


def change(table):
    """Writes are in the indexes at once, and what they replace is gone."""
    key = {"PK": "CUSTOMER#123", "SK": "ORDER#007"}
    original = table.get_item(Key=key)["Item"]

    def through(value):
        return table.query(IndexName="GSI1", KeyConditionExpression=Key("GSI1PK").eq(value))["Items"]

    moved = table.update_item(
        Key=key,
        UpdateExpression="SET GSI1PK = :new",
        ExpressionAttributeValues={":new": "ARCHIVE#7"},
        ReturnValues="ALL_NEW",
    )["Attributes"]
    equal("an index entry moves", (through("ORDER#007"), through("ARCHIVE#7")), ([], [moved]))
    table.update_item(Key=key, UpdateExpression="REMOVE GSI1PK")
    equal("an item leaves an index", through("ARCHIVE#7"), [])
    table.delete_item(Key=key)
    by_total = Key("owner").eq("CUSTOMER#123") & Key("total").eq(original["total"])
    equal("a deleted item is in no index", table.query(IndexName="GSI2", KeyConditionExpression=by_total)["Items"], [])
    table.put_item(Item=original)
    equal("and is back", through("ORDER#007"), [original])
    refused(
        "an index key of the wrong type",
        "ValidationException",
        lambda: table.put_item(Item={**original, "GSI1PK": 7}),
    )


def read(db, table):
    batch_get(db)
    query_by_key(table)
    query_with_filter(table)
    query_with_projection(table)
    query_index(table)
    scan(table)
    counts(table)


def main():
    db = connect(sys.argv[1])
    if sys.argv[2:] == ["--again"]:
        read(db, db.Table(TABLE))
        return
    table = create(db)
    with table.batch_writer() as batch:
        for item in ITEMS:
            batch.put_item(Item=item)
    add_index(table)
    read(db, table)
    change(table)
    read(db, table)


main()
