"""The Lambda function: settings and clients made once, then one event after the other."""

import logging
import os
from typing import TYPE_CHECKING, Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.session import get_session

from handler import metrics
from handler.catalog import CLIENT_CONFIG, Catalog
from handler.hub.hub import Hub
from handler.routes import Application
from handler.settings import Settings
from handler.snapstart import survive_snapshots

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

logger = Logger()
# At DEBUG these two write request headers, the role's session token among them.
for talkative in ("botocore", "urllib3"):
    logging.getLogger(talkative).setLevel(logging.INFO)

settings = Settings.from_env(os.environ)
session = get_session()  # what boto3 wraps; boto3 itself would load what resources and transfers to S3 need


class Service:
    """The application, whose clients hold sockets and whose caches hold times of this machine's clock."""

    catalog: Catalog
    app: Application

    def __init__(self) -> None:
        """Make the first one."""
        self.renew()

    def renew(self) -> None:
        """Begin anew: nothing connected, nothing remembered."""
        self.catalog = Catalog(
            cast("DynamoDBClient", session.create_client("dynamodb", config=CLIENT_CONFIG)),
            settings.instance_table,
            cache_seconds=settings.catalog_cache_seconds,
        )
        hub = Hub(
            settings.hub_endpoint,
            deadline_seconds=settings.hub_deadline_seconds,
            cache_seconds=settings.hub_cache_seconds,
            cache_entries=settings.hub_cache_entries,
            stale_seconds=settings.hub_stale_seconds,
        )
        self.app = Application(self.catalog, hub)


service = Service()
survive_snapshots(service.renew)


# log_event is stated because POWERTOOLS_LOGGER_LOG_EVENT would log headers otherwise.
@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, log_event=False)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The answer to an event of API Gateway's payload format 2.0."""
    answer = service.app.resolve(event, context)
    metrics.publish()
    return answer
