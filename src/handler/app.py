"""The Lambda function: settings and clients are created once, then events are handled one at a time."""

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
from handler.snapstart import register_hooks

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

logger = Logger()
# At DEBUG these two log request headers, which include the role's session token. Their lines have no
# correlation_id, so that only warnings are worth having.
for library in ("botocore", "urllib3"):
    logging.getLogger(library).setLevel(logging.WARNING)

settings = Settings.from_env(os.environ)
session = get_session()  # boto3, which wraps it, would also import resources and transfers to S3


class Service:
    """The application with its clients and caches, which a restored snapshot must create again.

    Clients hold sockets, and caches hold times of this machine's clock.
    """

    catalog: Catalog
    app: Application

    def __init__(self) -> None:
        """Create clients and caches."""
        self.renew()

    def renew(self) -> None:
        """Replace them: nothing connected, nothing cached."""
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
register_hooks(service.renew)


# log_event is stated because otherwise POWERTOOLS_LOGGER_LOG_EVENT could make it log headers.
@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, log_event=False)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The response to an event of API Gateway's payload format 2.0."""
    metrics.begin(logger.get_correlation_id() or context.aws_request_id)
    response = service.app.resolve(event, context)
    metrics.publish()
    return response
