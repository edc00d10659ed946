"""Figures of merit over questions with known answers. Rates are fractions of 1; a rate over nothing is None."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.catalog.questions import ASPECT_IDS
from bot.errors import ContentError
from bot.search.decision import Uitkomst


@dataclass(frozen=True)
class Toetsvraag:
    """One line of a file of test questions."""

    vraag: str
    producten: frozenset[str]
    aspect: str | None
    act: str | None
    stijl: str


@dataclass(frozen=True)
class Uitslag:
    """What the assistant made of a test question."""

    act: str
    uitkomst: Uitkomst
    ranking: tuple[str, ...]
    """Product ids, most certain first."""
    zekerheid: float
    product: str | None
    """The product that was answered directly."""
    kandidaten: tuple[str, ...]
    aspect: str | None
    milliseconden: float


def read_test_questions(path: Path, known_products: Iterable[str]) -> list[Toetsvraag]:
    """Read a JSON Lines file of test questions.

    Raises:
        ContentError: naming the line that cannot be used, or an unknown product id.
    """
    known = set(known_products)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(str(path), f"het bestand is niet te lezen ({error})") from error
    return [
        _test_question(line, f"{path} regel {number}", known) for number, line in enumerate(lines, 1) if line.strip()
    ]


def _test_question(line: str, where: str, known: set[str]) -> Toetsvraag:
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise ContentError(where, "geen geldige JSON") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("vraag"), str):
        raise ContentError(where, 'verwacht een object met "vraag" als tekst')
    act, producten = raw.get("act"), raw.get("producten")
    if act is None and not isinstance(producten, list):
        raise ContentError(where, 'verwacht "producten" als lijst, of "act"')
    if act is not None and not isinstance(act, str):
        raise ContentError(where, '"act" moet een tekst zijn')
    for product in producten or ():
        if product not in known:
            raise ContentError(where, f'onbekend product "{product}"')
    aspect = raw.get("aspect")
    if aspect is not None and aspect not in ASPECT_IDS:
        raise ContentError(where, f'onbekend aspect "{aspect}"')
    return Toetsvraag(raw["vraag"], frozenset(producten or ()), aspect, act, str(raw.get("stijl") or "onbekend"))


def summarise(vragen: Sequence[Toetsvraag], uitslagen: Sequence[Uitslag]) -> dict[str, Any]:
    """The figures over all questions; `docs/benchmarks.md` says what each means."""
    pairs = list(zip(vragen, uitslagen, strict=True))
    acts = [(vraag, uitslag) for vraag, uitslag in pairs if vraag.act is not None]
    questions = [(vraag, uitslag) for vraag, uitslag in pairs if vraag.act is None]
    inside = [(vraag, uitslag) for vraag, uitslag in questions if vraag.producten]
    outside = [(vraag, uitslag) for vraag, uitslag in questions if not vraag.producten]
    answered = [(vraag, uitslag) for vraag, uitslag in questions if uitslag.uitkomst is Uitkomst.ANTWOORD]
    with_aspect = [(vraag, uitslag) for vraag, uitslag in inside if vraag.aspect]
    return {
        "n": len(pairs),
        "in_scope": len(inside),
        "top1": _rate(_first(vraag, uitslag, 1) for vraag, uitslag in inside),
        "top3": _rate(_first(vraag, uitslag, 3) for vraag, uitslag in inside),
        "uitkomst": _outcomes([uitslag for _, uitslag in inside]),
        "antwoord_precisie": _rate(uitslag.product in vraag.producten for vraag, uitslag in answered),
        "gedekt": _rate(_covered(vraag, uitslag) for vraag, uitslag in inside),
        "buiten_scope": len(outside),
        "vals_antwoord": _rate(uitslag.uitkomst is Uitkomst.ANTWOORD for _, uitslag in outside),
        "met_aspect": len(with_aspect),
        "aspect_juist": _rate(uitslag.aspect == vraag.aspect for vraag, uitslag in with_aspect),
        "act_juist": _rate(uitslag.act == vraag.act for vraag, uitslag in acts),
        "latency_ms": _percentiles([uitslag.milliseconden for uitslag in uitslagen]),
        "per_stijl": {
            stijl: {
                "n": len(group),
                "top1": _rate(_first(vraag, uitslag, 1) for vraag, uitslag in group),
                "top3": _rate(_first(vraag, uitslag, 3) for vraag, uitslag in group),
                "gedekt": _rate(_covered(vraag, uitslag) for vraag, uitslag in group),
            }
            for stijl, group in _grouped(inside, "stijl").items()
        },
        "per_act": {
            str(act): {"n": len(group), "juist": _rate(uitslag.act == vraag.act for vraag, uitslag in group)}
            for act, group in _grouped(acts, "act").items()
        },
    }


def detail(vraag: Toetsvraag, uitslag: Uitslag) -> dict[str, Any]:
    """One line of a details file."""
    record = asdict(uitslag) | {"uitkomst": uitslag.uitkomst.value}
    if vraag.act is not None:
        good = uitslag.act == vraag.act
    elif vraag.producten:
        good = _covered(vraag, uitslag)
    else:
        good = uitslag.uitkomst is not Uitkomst.ANTWOORD
    expected = {"producten": sorted(vraag.producten), "aspect": vraag.aspect, "act": vraag.act}
    return {"vraag": vraag.vraag, "stijl": vraag.stijl, "verwacht": expected, "goed": good, "uitslag": record}


def _first(vraag: Toetsvraag, uitslag: Uitslag, count: int) -> bool:
    return bool(vraag.producten & set(uitslag.ranking[:count]))


def _covered(vraag: Toetsvraag, uitslag: Uitslag) -> bool:
    """Answered right, or asked back with a right choice among the buttons."""
    if uitslag.uitkomst is Uitkomst.ANTWOORD:
        return uitslag.product in vraag.producten
    return uitslag.uitkomst is Uitkomst.VERDUIDELIJKING and bool(vraag.producten & set(uitslag.kandidaten))


def _outcomes(uitslagen: Sequence[Uitslag]) -> dict[str, float | None]:
    merged = {Uitkomst.TERUGVAL_HERHAALD: Uitkomst.TERUGVAL}
    kinds = [merged.get(uitslag.uitkomst, uitslag.uitkomst) for uitslag in uitslagen]
    shown = (Uitkomst.ANTWOORD, Uitkomst.VERDUIDELIJKING, Uitkomst.TERUGVAL, Uitkomst.DIALOOG)
    return {kind.value: _rate(found is kind for found in kinds) for kind in shown}


def _grouped(pairs: Sequence[tuple[Toetsvraag, Uitslag]], field: str) -> Mapping[Any, list[tuple[Toetsvraag, Uitslag]]]:
    groups: dict[Any, list[tuple[Toetsvraag, Uitslag]]] = {}
    for vraag, uitslag in pairs:
        groups.setdefault(getattr(vraag, field), []).append((vraag, uitslag))
    return dict(sorted(groups.items()))


def _rate(hits: Iterable[bool]) -> float | None:
    values = list(hits)
    return round(sum(values) / len(values), 4) if values else None


def _percentiles(values: Sequence[float]) -> dict[str, float | None]:
    if not values:
        return {"p50": None, "p95": None}
    return {f"p{point}": round(float(np.percentile(values, point)), 2) for point in (50, 95)}
