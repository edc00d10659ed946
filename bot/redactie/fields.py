"""A product file as fields of a form, and together again without losing anything.

Unlike `bot.catalog.product.parse_product` this also reads texts that are half or wrong: an editor is still writing them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import yaml

from bot.catalog.product import ASPECTS, SAFE_LOADER
from bot.errors import ContentError

_HEADINGS = {f"## {heading}".lower(): key for key, heading in ASPECTS.items()}
_LISTS = ("upl", "synoniemen", "vragen", "bronnen")
_REGELEN = ("soort", "url", "telefoon")


@dataclass(frozen=True)
class Velden:
    """The fields of a product file, as texts. Empty ones stand in no file."""

    id: str = ""
    naam: str = ""
    upl: tuple[str, ...] = ()
    doelgroep: str = ""
    boven: str = ""
    synoniemen: tuple[str, ...] = ()
    vragen: tuple[str, ...] = ()
    soort: str = ""
    url: str = ""
    telefoon: str = ""
    gevoelig: bool = False
    herzien: str = ""
    """A date as 2026-11-01; anything else is kept, and found by the checks."""
    bronnen: tuple[str, ...] = ()
    kort: str = ""
    aspecten: Mapping[str, str] = field(default_factory=dict)
    """Aspect id → Markdown."""
    overig: Mapping[str, Any] = field(default_factory=dict)
    """What else stands in the front matter; kept as it is."""


def split(tekst: str) -> Velden:
    """The fields of a product file, right or wrong.

    Raises ContentError when its front matter cannot be read at all.
    """
    head, body = _front_matter(tekst)
    known = {one.name for one in fields(Velden)} - {*_REGELEN, "kort", "aspecten", "overig"}
    regelen = head.get("regelen")
    regelen = regelen if isinstance(regelen, dict) else {}
    kort, aspecten = split_body(body)
    overig = {name: value for name, value in head.items() if name not in known and name != "regelen"}
    more = {name: value for name, value in regelen.items() if name not in _REGELEN}
    if more:
        overig["regelen"] = more
    values: dict[str, Any] = {
        **{name: _text(head.get(name)) for name in ("id", "naam", "doelgroep", "boven", "herzien")},
        **{name: _texts(head.get(name)) for name in _LISTS},
        **{name: _text(regelen.get(name)) for name in _REGELEN},
    }
    return Velden(**values, gevoelig=head.get("gevoelig") is True, kort=kort, aspecten=aspecten, overig=overig)


def join(velden: Velden) -> str:
    """The product file; `split` of it gives the same fields."""
    head: dict[str, Any] = {"id": velden.id, "naam": velden.naam}
    if velden.upl:
        head["upl"] = list(velden.upl)
    head["doelgroep"] = velden.doelgroep
    for name in ("boven", "synoniemen", "vragen"):
        value = getattr(velden, name)
        if value:
            head[name] = list(value) if isinstance(value, tuple) else value
    overig = dict(velden.overig)
    regelen = {name: getattr(velden, name) for name in _REGELEN if getattr(velden, name) or name == "soort"}
    head["regelen"] = regelen | overig.pop("regelen", {})
    if velden.gevoelig:
        head["gevoelig"] = True
    head["herzien"] = _date(velden.herzien)
    if velden.bronnen:
        head["bronnen"] = list(velden.bronnen)
    front = yaml.safe_dump(head | overig, allow_unicode=True, sort_keys=False, width=10_000)
    parts = [f"---\n{front}---\n{_section(velden.kort)}\n"]
    parts += [
        f"\n## {heading}\n{_section(velden.aspecten[key])}\n"
        for key, heading in ASPECTS.items()
        if velden.aspecten.get(key, "").strip()
    ]
    return "".join(parts)


def split_body(body: str) -> tuple[str, dict[str, str]]:
    """(short answer, aspect id → text). Headings that are none of the fixed ones, or come twice, stay in the text."""
    current: str | None = None
    parts: dict[str | None, list[str]] = {None: []}
    for line in body.replace("\r\n", "\n").split("\n"):
        key = _HEADINGS.get(line.strip().lower()) if line.startswith("## ") else None
        if key is not None and key not in parts:
            current = key
            parts[key] = []
        else:
            parts[current].append(line)
    texts = {key: "\n".join(lines).strip() for key, lines in parts.items()}
    return texts[None], {key: text for key, text in texts.items() if key is not None}


def from_form(form: Mapping[str, str], basis: Velden) -> Velden:
    """The fields of a form over those of `basis`; what the form does not hold stays as it was.

    Lists hold one item a line; aspects are named `aspect.<id>`; `gevoelig` is true for any text but "" and "nee".
    """
    values: dict[str, Any] = {}
    for name in ("naam", "doelgroep", "boven", "soort", "url", "telefoon", "herzien"):
        if name in form:
            values[name] = " ".join(form[name].split())
    for name in _LISTS:
        if name in form:
            lines = (" ".join(line.split()) for line in form[name].splitlines())
            values[name] = tuple(line for line in lines if line)
    if "gevoelig" in form:
        values["gevoelig"] = form["gevoelig"].strip().lower() not in ("", "nee", "0", "false")
    if "kort" in form:
        values["kort"] = _markdown(form["kort"])
    aspecten = dict(basis.aspecten)
    for key in ASPECTS:
        if f"aspect.{key}" in form:
            aspecten[key] = _markdown(form[f"aspect.{key}"])
    values["aspecten"] = {key: aspecten[key] for key in ASPECTS if aspecten.get(key)}
    return replace(basis, **values)


def with_example(tekst: str, vraag: str) -> str:
    """The product file with one example question more; the same text when it has it. Raises ContentError."""
    return _with(tekst, "vragen", vraag)


def with_synonym(tekst: str, woord: str) -> str:
    """The product file with one synonym more; the same text when it has it. Raises ContentError."""
    return _with(tekst, "synoniemen", woord)


def _with(tekst: str, name: str, item: str) -> str:
    velden, wanted = split(tekst), " ".join(item.split())
    items: tuple[str, ...] = getattr(velden, name)
    if not wanted or wanted.lower() in {one.lower() for one in items}:
        return tekst
    return join(replace(velden, **{name: (*items, wanted)}))  # type: ignore[arg-type]


def _front_matter(tekst: str) -> tuple[dict[str, Any], str]:
    where, lines = "productbestand", tekst.replace("\r\n", "\n").split("\n")
    ends = [number for number, line in enumerate(lines) if number and line.strip() == "---"]
    if lines[0].strip() != "---" or not ends:
        raise ContentError(where, "de kop tussen twee regels --- ontbreekt")
    try:
        head = yaml.load("\n".join(lines[1 : ends[0]]), Loader=SAFE_LOADER)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, ValueError) as error:
        raise ContentError(where, "de kop is geen geldige YAML") from error
    if not isinstance(head, dict):
        raise ContentError(where, "de kop bestaat niet uit velden (naam: waarde)")
    return {str(name): value for name, value in head.items()}, "\n".join(lines[ends[0] + 1 :])


def _section(text: str) -> str:
    """A section's text, in which no line may pass for the heading of another: Markdown's backslash says that it is none."""
    lines = text.replace("\r\n", "\n").strip().split("\n")
    return "\n".join("\\" + line if _is_heading(line) else line for line in lines)


def _is_heading(line: str) -> bool:
    return line.startswith("## ") and line.strip().lower() in _HEADINGS


def _markdown(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(_text(one) for one in value) if isinstance(value, list) else (_text(value),)


def _date(value: str) -> date | str:
    # As a date it stands in the file without quotes.
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value
