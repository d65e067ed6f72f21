"""The Lambda function: settings and clients made once, then one event after the other."""

import logging
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
# At DEBUG these two write request headers, the role's session token among them.
for talkative in ("botocore", "urllib3"):
    logging.getLogger(talkative).setLevel(logging.INFO)

settings = Settings.from_env(os.environ)

catalog = Catalog(
    boto3.client("dynamodb", config=_DYNAMODB),
    settings.instance_table,
    cache_seconds=settings.catalog_cache_seconds,
)
hub = Hub(
    settings.hub_endpoint,
    deadline_seconds=settings.hub_deadline_seconds,
    cache_seconds=settings.hub_cache_seconds,
    cache_entries=settings.hub_cache_entries,
)
app = create_app(catalog, hub)


# log_event is stated because POWERTOOLS_LOGGER_LOG_EVENT would log headers otherwise.
@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, log_event=False)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The answer to an event of API Gateway's payload format 2.0."""
    return app.resolve(event, context)
