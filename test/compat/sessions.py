"""Sessions that expire, and the stream that tells of it, with boto3.

    sessions.py ENDPOINT            make the table, switch time to live on, let sessions expire, read the stream
    sessions.py ENDPOINT --again    read the stream again after a restart, and let another session expire
"""

import sys
from time import monotonic, sleep, time

from boto3.dynamodb.conditions import Key
from boto3.dynamodb.types import TypeDeserializer

from checks import connect, connect_streams, equal

TABLE = "sessions"
GONE_SECONDS_MAX = 60  # for an expired session to go; Stator promises ten
SERVICE = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def session(name, user, expires_in=None):
    item = {"session_id": name, "user": user}
    if expires_in is not None:
        item["expires_at"] = int(time()) + expires_in
    return item


def create(db):
    table = db.create_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": "session_id", "AttributeType": "S"},
            {"AttributeName": "user", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "session_id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-user",
                "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            },
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    return table


def enable(table):
    dynamodb = table.meta.client
    response = dynamodb.update_time_to_live(
        TableName="sessions",
        TimeToLiveSpecification={
            "Enabled": True,
            "AttributeName": "expires_at",
        },
    )
    equal("time to live", response["TimeToLiveSpecification"], {"Enabled": True, "AttributeName": "expires_at"})
    until = monotonic() + GONE_SECONDS_MAX
    while True:
        described = dynamodb.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
        if described["TimeToLiveStatus"] != "ENABLING" or monotonic() > until:
            break
        sleep(0.05)
    equal("it is on", described, {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"})


def left(table, index=None):
    """The names of all sessions, or of those in an index."""
    arguments = {"IndexName": index} if index else {"ConsistentRead": True}
    return sorted(item["session_id"] for item in table.scan(**arguments)["Items"])


def wait_until_left(table, what, names):
    until = monotonic() + GONE_SECONDS_MAX
    while left(table) != sorted(names) and monotonic() < until:
        sleep(0.05)
    equal(what, left(table), sorted(names))
    equal("and of the index", left(table, "by-user"), sorted(names))


def shards(streams, arn):
    """All shards of a stream, parents before their children, as DescribeStream lists them page by page."""
    arguments = {"StreamArn": arn, "Limit": 2}
    while True:
        description = streams.describe_stream(**arguments)["StreamDescription"]
        yield from description["Shards"]
        if "LastEvaluatedShardId" not in description:
            return
        arguments["ExclusiveStartShardId"] = description["LastEvaluatedShardId"]


def records(streams, arn):
    """All records of a stream so far, by session."""
    found = {}
    for shard in shards(streams, arn):
        iterator = streams.get_shard_iterator(
            StreamArn=arn,
            ShardId=shard["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=3)
            for record in page["Records"]:
                found.setdefault(record["dynamodb"]["Keys"]["session_id"]["S"], []).append(record)
            if not page["Records"]:
                break
            iterator = page.get("NextShardIterator")
    return found


def plain(image):
    read = TypeDeserializer().deserialize
    return None if image is None else {name: read(value) for name, value in image.items()}


def history(found, name):
    """What happened to a session: the kinds of its records, the images, and who did it."""
    return [
        (r["eventName"], plain(r["dynamodb"].get("OldImage")), plain(r["dynamodb"].get("NewImage")), r.get("userIdentity"))
        for r in found.get(name, [])
    ]


def read(db, streams, expired, kept):
    table = db.Table(TABLE)
    arn = table.latest_stream_arn
    listed = streams.list_streams(TableName=TABLE)["Streams"]
    equal("the stream", [(s["StreamArn"], s["TableName"]) for s in listed], [(arn, TABLE)])
    found = records(streams, arn)
    for item in expired:
        want = [("INSERT", None, item, None), ("REMOVE", item, None, SERVICE)]
        equal(f"{item['session_id']} was removed by the service", history(found, item["session_id"]), want)
    for item in kept:
        equal(f"{item['session_id']} stays", history(found, item["session_id"]), [("INSERT", None, item, None)])
    one = found[expired[0]["session_id"]][-1]
    equal(
        "what is around a record",
        (one["eventVersion"], one["eventSource"], one["awsRegion"], one["dynamodb"]["StreamViewType"]),
        ("1.1", "aws:dynamodb", "us-east-1", "NEW_AND_OLD_IMAGES"),
    )
    numbers = [int(r["dynamodb"]["SequenceNumber"]) for r in found[expired[0]["session_id"]]]
    equal("sequence numbers ascend", numbers, sorted(set(numbers)))


def renew(table):
    """A session that is used gets another hour, and its record says so."""
    table.put_item(Item=session("renewed", "ada", 30))
    table.update_item(
        Key={"session_id": "renewed"},
        UpdateExpression="SET expires_at = :t",
        ExpressionAttributeValues={":t": int(time()) + 3600},
    )
    table.delete_item(Key={"session_id": "renewed"})


def run(db, streams):
    table = create(db)
    before = session("expired-before", "ada", -60)
    table.put_item(Item=before)
    enable(table)
    expired = [before, session("expired", "ada", -1), session("expiring", "grace", 2)]
    kept = [session("later", "ada", 3600), session("never", "grace"), session("ancient", "grace", -6 * 366 * 86400)]
    for item in expired[1:] + kept:
        table.put_item(Item=item)
    wait_until_left(table, "expired sessions are gone", [item["session_id"] for item in kept])
    renew(table)
    read(db, streams, expired, kept)
    found = records(streams, table.latest_stream_arn)
    equal(
        "a session that was used and deleted",
        [(r["eventName"], r.get("userIdentity")) for r in found["renewed"]],
        [("INSERT", None), ("MODIFY", None), ("REMOVE", None)],
    )


def again(db, streams):
    table = db.Table(TABLE)
    described = table.meta.client.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    equal("time to live is still on", described, {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"})
    kept = [item for item in table.scan()["Items"]]
    found = records(streams, table.latest_stream_arn)
    first = plain(found["expired"][0]["dynamodb"]["NewImage"])
    another = session("expired-again", "ada", -1)
    table.put_item(Item=another)
    wait_until_left(table, "a session that expires after a restart is gone", [item["session_id"] for item in kept])
    read(db, streams, [first, another], kept)
    by_user = table.query(IndexName="by-user", KeyConditionExpression=Key("user").eq("ada"))["Items"]
    equal("one of the user is left", [item["session_id"] for item in by_user], ["later"])


def main():
    db, streams = connect(sys.argv[1]), connect_streams(sys.argv[1])
    if sys.argv[2:] == ["--again"]:
        again(db, streams)
    else:
        run(db, streams)


main()
