"""A comparison of instances as the JSON body of an answer, which has at most 64 KiB."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from handler.response import instance_json, model_json, price_json
from recommender.compare import Comparison, Row
from recommender.planning.plan import Plan
from recommender.recommendation import Infeasible

# The rest is for the model and for the warning of a stale copy.
_ROWS_BYTES = 62 * 1024


def comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    """The body, its keys in a fixed order; rows at the end that do not fit are left out and counted."""
    listed = list(_fitting(comparison.rows))
    body = {"model_info": model_json(comparison.model_info), "instances": listed}
    omitted = len(comparison.instances) - len(listed)
    return {**body, "omitted_instances": omitted} if omitted else body


def _fitting(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    left = _ROWS_BYTES
    for row in map(row_as_json, rows):
        left -= len(json.dumps(row)) + len(", ")
        if left < 0:
            return
        yield row


def row_as_json(row: Row) -> dict[str, Any]:
    """One instance, with what a recommendation for it says."""
    hardware = {"instance_type": row.instance.name, **instance_json(row.instance)}
    if isinstance(row, Infeasible):
        return {**hardware, "feasible": False, "code": row.code, "reason": row.reason}
    plan = row.plan
    return {
        **hardware,
        "feasible": True,
        "tensor_parallel_degree": plan.tensor_parallel,
        "quantization": plan.quantization.name if plan.quantization else None,
        "max_model_len": plan.max_model_len,
        "concurrency": plan.concurrency,
        "kv_cache_tokens": plan.budget.logged_tokens(plan.max_model_len),
        "max_concurrent_requests": plan.max_concurrent_requests,
        "warning_codes": list(row.warning_codes),
        **price_json(row.instance),
        **_price_per_request(row.instance.usd_per_hour, plan),
    }


def _price_per_request(usd_per_hour: float | None, plan: Plan) -> dict[str, float]:
    """USD an hour for each request that runs at once, to a millionth."""
    if usd_per_hour is None or not plan.max_concurrent_requests:
        return {}
    return {"usd_per_hour_per_request": round(usd_per_hour / plan.max_concurrent_requests, 6)}
