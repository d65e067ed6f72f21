"""The embedded table: moto's DynamoDB on the loopback, with the table of the template, seeded.

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

from importer.table import write_items
from local.embedded.instance_records import shipped_items
from local.runtime.artifact import function_variables
from local.runtime.environment import isolate
from local.runtime.template import table_definition
from local.server.services import LOOPBACK, free_port

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


def create_table(client: "DynamoDBClient", table_name: str) -> None:
    """Create the table that template.yaml defines, under `table_name`."""
    client.create_table(TableName=table_name, **table_definition())
    client.get_waiter("table_exists").wait(TableName=table_name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})


def create_seeded_table(client: "DynamoDBClient", table_name: str) -> None:
    """Create the table and import the instance types that EC2 listed when moto was released."""
    create_table(client, table_name)
    write_items(client, table_name, shipped_items())


def main() -> None:
    """Serve until standard input ends or a signal asks to stop."""
    parser = argparse.ArgumentParser(
        prog="python -m local.embedded.table", description="An embedded DynamoDB table."
    )
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    port: int = parser.parse_args().port
    isolate()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    _serve(port)


def _serve(port: int) -> None:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - a second that `--help` need not wait for

    # moto would wait for a minute for a server that cannot listen. The look comes after the slow import.
    if port and not free_port(port):
        sys.exit(f"The embedded table cannot listen on {LOOPBACK}:{port}: it is taken.")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request otherwise
    server = ThreadedMotoServer(ip_address=LOOPBACK, port=port, verbose=False)
    try:
        server.start()
    except (OSError, SystemExit) as error:
        sys.exit(f"The embedded table cannot listen on {LOOPBACK}:{port}: {error}")
    host, bound_port = server.get_host_and_port()
    url = f"http://{host}:{bound_port}"
    create_seeded_table(boto3.client("dynamodb", endpoint_url=url), function_variables()["INSTANCE_TABLE"])
    print(url, flush=True)
    for _ in sys.stdin.buffer:
        pass


if __name__ == "__main__":
    main()
