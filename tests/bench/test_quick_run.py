"""A quick run of small contenders from the command line, as `make bench ARGS=...` does it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT


def test_a_quick_run_writes_a_report_and_leaves_nothing_else(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    report = tmp_path / "report.md"
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--only", "sqlite-fts5", "--only", "bm25", "--out", str(report)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "SQLite FTS5: top-1" in done.stderr
    text = report.read_text(encoding="utf-8")
    assert text.index("| BM25 (bm25s) | product files | 0.") < text.index("| SQLite FTS5 | product files | 0.")
    assert "its figures say nothing" in text
    assert not list(temporary.iterdir())
