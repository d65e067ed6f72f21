"""The Lambda function that imports the instance types every day."""

import os
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.config import Config

from importer.import_run import Sources, run_import

PRICE_FAILURES = "PriceFailures"
"""The metric of imports without prices, for the alarm."""

# The Price List API serves all regions from this one.
PRICING_REGION = "us-east-1"

_CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})

logger = Logger()


def handle(event: Any, context: object) -> dict[str, int]:  # noqa: ANN401, ARG001 - the schedule sends nothing
    """Import and return the counts.

    Without the Price List the import succeeds and counts a `PriceFailures`. Any other failure ends the
    invocation with an error, which raises an alarm.
    """
    region = os.environ["AWS_REGION"]
    table = boto3.resource("dynamodb", config=_CONFIG).Table(os.environ["INSTANCE_TABLE"])
    report = run_import(sources(region), table, today=datetime.now(UTC).date())
    logger.info("Imported the instance types", counts=report.counts(), skipped=list(report.skipped))
    if report.price_failure is not None:
        logger.warning("The prices could not be read", reason=report.price_failure)
    _count_price_failure(report.price_failure is not None)
    return report.counts()


def sources(region: str) -> Sources:
    """EC2 in `region`, and the Price List."""
    return Sources(
        ec2=boto3.client("ec2", region_name=region, config=_CONFIG),
        pricing=boto3.client("pricing", region_name=PRICING_REGION, config=_CONFIG),
        region=region,
    )


def _count_price_failure(failed: bool) -> None:  # noqa: FBT001 - the metric's value
    """Write the metric into the log."""
    namespace, service = os.environ["POWERTOOLS_METRICS_NAMESPACE"], os.environ["POWERTOOLS_SERVICE_NAME"]
    with single_metric(PRICE_FAILURES, MetricUnit.Count, int(failed), namespace=namespace) as metric:
        metric.add_dimension("service", service)
