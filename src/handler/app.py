"""The Lambda function: settings and clients made once, then one event after the other."""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from handler.catalog import Catalog
from handler.hub import Hub
from handler.routes import create_app
from handler.settings import Settings

# botocore waits 60 seconds by default, three times as long as the function may run.
_DYNAMODB = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})

logger = Logger()
settings = Settings.from_env(os.environ)

app = create_app(
    Catalog(
        boto3.client("dynamodb", config=_DYNAMODB),
        settings.instance_table,
        cache_seconds=settings.catalog_cache_seconds,
    ),
    Hub(
        settings.hub_endpoint,
        deadline_seconds=settings.hub_deadline_seconds,
        cache_seconds=settings.hub_cache_seconds,
        cache_entries=settings.hub_cache_entries,
    ),
)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The answer to an event of API Gateway's payload format 2.0."""
    return app.resolve(event, context)
