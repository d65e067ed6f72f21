"""The scheduled function that keeps the table of instance types current."""

import os
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from importer.import_run import Report, Sources, run_import

# The Price List API answers for all regions from this one.
PRICING_REGION = "us-east-1"

_CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})

logger = Logger()


class PricesNotRead(Exception):
    """The types are up to date, their prices are not."""


def handle(event: Any, context: object) -> dict[str, int]:  # noqa: ANN401, ARG001 - a schedule says nothing
    """Import, and tell how much changed. Whatever fails ends the invocation in an error, for the alarm."""
    region = os.environ["AWS_REGION"]
    report = run_import(
        sources(region),
        boto3.client("dynamodb", config=_CONFIG),
        os.environ["INSTANCE_TABLE"],
        today=datetime.now(UTC).date(),
    )
    counts = count(report)
    logger.info("Imported the instance types", counts=counts, skipped=list(report.skipped))
    if report.price_failure is not None:
        raise PricesNotRead(report.price_failure)
    return counts


def sources(region: str) -> Sources:
    """EC2 of `region`, and the price list."""
    return Sources(
        ec2=boto3.client("ec2", region_name=region, config=_CONFIG),
        pricing=boto3.client("pricing", region_name=PRICING_REGION, config=_CONFIG),
        region=region,
    )


def count(report: Report) -> dict[str, int]:
    """The report in numbers."""
    return {
        "added": len(report.changes.added),
        "changed": len(report.changes.changed),
        "delisted": len(report.changes.delisted),
        "unchanged": report.changes.unchanged,
        "skipped": len(report.skipped),
        "priced": report.priced,
    }
