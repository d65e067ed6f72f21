"""The least that a function with a table and a log can do at its start."""

from typing import Any

from aws_lambda_powertools import Logger
from botocore.session import get_session

dynamodb = get_session().create_client("dynamodb")
logger = Logger()


def handle(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Nothing."""
    return {"statusCode": 204}
