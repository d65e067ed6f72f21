"""An exception of vLLM as JSON."""

import re
import traceback
from typing import Any

_LONGEST_MESSAGE = 500
_FRAMES = 3


def failure(error: BaseException) -> dict[str, Any]:
    """Its type, message, and the last frames within vLLM or transformers."""
    frames = [
        f"{frame.filename.split('site-packages/')[-1]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if "/vllm/" in frame.filename or "/transformers/" in frame.filename
    ]
    return {
        "type": type(error).__name__,
        "message": re.sub(r"\s+", " ", str(error))[:_LONGEST_MESSAGE],
        "at": frames[-_FRAMES:],
    }
