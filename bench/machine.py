"""The machine and the processes on it, read from /proc (Linux). Nothing here names the host."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "rasa",
    "tensorflow",
    "scikit-learn",
    "numpy",
    "scipy",
    "spacy",
    "bm25s",
    "rapidfuzz",
    "SQLAlchemy",
    "psycopg2-binary",
    "httpx",
)
PROC = Path("/proc")


def rss_mb(pid: int | str = "self") -> float | None:
    """Memory that a process holds now, in MB; None where that cannot be known."""
    return _kilobytes(PROC / str(pid) / "status", "VmRSS")


def machine() -> dict[str, str]:
    """Cores, memory, processor, system and Python, as the report shows them."""
    memory = _kilobytes(PROC / "meminfo", "MemTotal")
    return {
        "Processor": _cpu_model(),
        "Cores": str(os.cpu_count()),
        "Memory": f"{memory / 1000:.1f} GB" if memory else "unknown",
        "System": f"{platform.system()} on {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def package_versions() -> dict[str, str]:
    """Versions of the packages that are measured or measure."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def load_average() -> str:
    """The load of the last minute: what else runs on this machine shows here."""
    return f"{os.getloadavg()[0]:.2f}"


def descendants(pid: int) -> Iterator[int]:
    """Processes that a process started, and those that these started."""
    children: dict[int, list[int]] = defaultdict(list)
    for path in PROC.glob("[0-9]*/stat"):
        try:
            # "pid (name) state parent ...": the name may hold anything, so cut behind its last bracket.
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children[parent].append(int(path.parent.name))
    waiting = [pid]
    while waiting:
        found = children[waiting.pop()]
        yield from found
        waiting += found


def arguments_of(pid: int) -> list[str]:
    """Command line of a process; empty when it is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def _cpu_model() -> str:
    try:
        lines = (PROC / "cpuinfo").read_text().splitlines()
    except OSError:
        return "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _kilobytes(path: Path, field: str) -> float | None:
    """A field of a /proc file that is in kB, in MB (1000 kB as /proc counts them, 1024 bytes each)."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{field}:")), None)
