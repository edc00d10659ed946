"""The command line of the bench."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contenders import CONTENDERS, ENGINE, NAMES

REST = "rest"
PARTS = (*NAMES, REST)
REPORT = Path("docs/benchmarks.md")
DIET_EPOCHS = 30
QUICK_DIET_EPOCHS = 1


@dataclass(frozen=True)
class Options:
    """What to run."""

    parts: tuple[str, ...]
    """Names of contenders, and `rest`."""
    whole: bool
    """Whether this is the run that the report is for: not a part, not a quick one."""
    quick: bool
    out: Path | None
    """Where the report goes; None: to the terminal."""
    diet_epochs: int
    reuse_model: bool
    command: str
    """The command as it was given, for the report."""


def parse(arguments: Sequence[str]) -> Options:
    """Options from the command line; argparse ends the process when they cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--only",
        action="append",
        choices=PARTS,
        metavar="NAME",
        help=f"only this part; may be repeated: {', '.join(PARTS)}",
    )
    parser.add_argument("--quick", action="store_true", help="a small sample, one epoch, the model that is there")
    parser.add_argument(
        "--out",
        type=Path,
        help=f"where the report goes; of a whole run {REPORT}, of a part or a quick run the terminal",
    )
    parser.add_argument(
        "--bibliotheek",
        action="store_true",
        help="train Rasa's DIET also on the question library (more memory and time)",
    )
    parser.add_argument("--diet-epochs", type=_positive, help=f"epochs of DIET and ResponseSelector ({DIET_EPOCHS})")
    parser.add_argument(
        "--reuse-model", action="store_true", help="take this engine's model in models/ and do not train it afresh"
    )
    given = parser.parse_args(list(arguments))
    parts = tuple(given.only) if given.only else _whole(given.bibliotheek)
    whole = not given.only and not given.quick
    return Options(
        parts=tuple(part for part in PARTS if part in parts),
        whole=whole,
        quick=given.quick,
        out=given.out or (REPORT if whole else None),
        diet_epochs=given.diet_epochs or (QUICK_DIET_EPOCHS if given.quick else DIET_EPOCHS),
        # Training only serves a row of the report; for the other parts any model will do.
        reuse_model=given.reuse_model or given.quick or ENGINE not in parts,
        command=" ".join(["make bench", f'ARGS="{" ".join(arguments)}"'] if arguments else ["make bench"]),
    )


def _whole(library: bool) -> tuple[str, ...]:
    return (*(one.name for one in CONTENDERS if library or not one.optional), REST)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
