"""EC2 clients that list some of the bundled records, or fail."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from local.embedded.instance_records import ShippedRecords


class Families:
    """An EC2 client that lists only these families of instance types."""

    def __init__(self, *families: str) -> None:
        self.families = families

    def get_paginator(self, _: str, /) -> "Families":
        return self

    def paginate(self, **_: Any) -> Iterator[Any]:
        for page in ShippedRecords().paginate():
            yield {
                "InstanceTypes": [
                    each
                    for each in page["InstanceTypes"]
                    if each["InstanceType"].split(".")[0] in self.families
                ]
            }


class AccessDenied:
    """A client without permission."""

    def get_paginator(self, operation_name: str, /) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not allowed"}}, operation_name)
