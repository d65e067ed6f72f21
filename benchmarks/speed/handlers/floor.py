"""The minimum that a function with a table and a logger does at start."""

from typing import Any

from aws_lambda_powertools import Logger
from botocore.session import get_session

dynamodb = get_session().create_client("dynamodb")
logger = Logger()


def handle(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer without content."""
    return {"statusCode": 204}
