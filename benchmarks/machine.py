"""The machine that a benchmark ran on, and the date."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

_GIB = 1024**3


def machine() -> str:
    """Processor, cores, memory, load average and operating system, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f},"
        f" {platform.system()} {platform.release().split('-')[0]}"
    )


def today() -> str:
    """The date in UTC, as in `2026-11-27`."""
    return datetime.now(UTC).date().isoformat()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
