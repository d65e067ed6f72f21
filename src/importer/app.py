"""The Lambda function that imports the instance types every day."""

import os
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from importer.import_run import Sources, run_import

# The Price List API serves all regions from this one.
PRICING_REGION = "us-east-1"

_CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})

logger = Logger()


class PricesNotRead(Exception):
    """The instance types are up to date, their prices are not."""


def handle(event: Any, context: object) -> dict[str, int]:  # noqa: ANN401, ARG001 - the schedule sends nothing
    """Import and return the counts. Any failure ends the invocation with an error, which raises an alarm."""
    region = os.environ["AWS_REGION"]
    table = boto3.resource("dynamodb", config=_CONFIG).Table(os.environ["INSTANCE_TABLE"])
    report = run_import(sources(region), table, today=datetime.now(UTC).date())
    logger.info("Imported the instance types", counts=report.counts(), skipped=list(report.skipped))
    if report.price_failure is not None:
        raise PricesNotRead(report.price_failure)
    return report.counts()


def sources(region: str) -> Sources:
    """EC2 in `region`, and the Price List."""
    return Sources(
        ec2=boto3.client("ec2", region_name=region, config=_CONFIG),
        pricing=boto3.client("pricing", region_name=PRICING_REGION, config=_CONFIG),
        region=region,
    )
