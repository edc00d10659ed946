"""`make bench`, which is `python -m bench`: measure, and write the report."""

from __future__ import annotations

import sys

from rich.console import Console

from bench.options import parse
from bench.report import report
from bench.run import run
from bot.settings import ROOT


def main() -> int:
    """Run; the exit status is 1 when a part failed (a part that this machine lacks did not fail)."""
    options = parse(sys.argv[1:])
    console = Console(stderr=True)
    try:
        measured = run(options, console)
    except KeyboardInterrupt:
        console.print("Stopped; nothing was written.")
        return 130
    text = report(measured, options)
    if options.out is None:
        sys.stdout.write(text)
    else:
        path = ROOT / options.out
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        console.print(f"Written: {path}", highlight=False, soft_wrap=True)
    failed = any(outcome.failed for outcome in measured.outcomes)
    return int(failed or bool(measured.installation and measured.installation.problem))


if __name__ == "__main__":
    sys.exit(main())
