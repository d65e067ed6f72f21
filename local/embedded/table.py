"""The embedded table: moto's DynamoDB on the loopback, with the template's table, filled.

As a program it prints its URL and serves until its standard input ends, so that it does not outlive the
process that started it:

    python -m local.embedded.table --port 8091
"""

import argparse
import logging
import signal
import sys
from typing import TYPE_CHECKING

import boto3
from boto3.dynamodb.table import BatchWriter

from local.embedded.instance_records import priced_items
from local.embedded.services import LOOPBACK, free_port
from local.runtime.artifact import function_variables
from local.runtime.environment import isolate
from local.runtime.template import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


def create_table(client: "DynamoDBClient", table_name: str) -> None:
    """Create the table of template.yaml as `table_name`."""
    client.create_table(TableName=table_name, **table_definition())
    client.get_waiter("table_exists").wait(TableName=table_name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})


def fill_table(client: "DynamoDBClient", table_name: str) -> None:
    """Write the bundled instance types into an existing table."""
    with BatchWriter(table_name, client) as batch:
        for item in priced_items():
            batch.put_item(Item=item)


def main() -> None:
    """Serve until standard input ends or the process is terminated."""
    parser = argparse.ArgumentParser(
        prog="python -m local.embedded.table", description="An embedded DynamoDB table."
    )
    parser.add_argument("--port", type=int, default=0, help="default: a free port")
    port: int = parser.parse_args().port
    isolate()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    _serve(port)


def _serve(port: int) -> None:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - takes a second, which `--help` can do without

    # moto would wait a minute for a server that cannot listen. Checked here, after the slow import.
    if port and not free_port(port):
        sys.exit(f"The embedded table cannot listen on {LOOPBACK}:{port}: the port is in use.")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no line for each request
    server = ThreadedMotoServer(ip_address=LOOPBACK, port=port, verbose=False)
    try:
        server.start()
    except (OSError, SystemExit) as error:
        sys.exit(f"The embedded table cannot listen on {LOOPBACK}:{port}: {error}")
    host, bound_port = server.get_host_and_port()
    url = f"http://{host}:{bound_port}"
    client = boto3.client("dynamodb", endpoint_url=url)
    table_name = function_variables()["INSTANCE_TABLE"]
    create_table(client, table_name)
    fill_table(client, table_name)
    print(url, flush=True)
    for _ in sys.stdin.buffer:
        pass


if __name__ == "__main__":
    main()
