"""What is wrong with a text, and what could be better.

Errors keep a text from going live: what the lint calls an error, what cannot be filled for a municipality that it is for, and
what the template left. Everything else is a tip.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.catalog.gemeente import Gemeenten
from bot.catalog.library import ProductFile
from bot.catalog.lint import Problem, lint, score_of
from bot.catalog.product import ASPECTS, Product, parse_product
from bot.catalog.render import fill, stray_braces, waarden
from bot.catalog.tables import CENTRAAL
from bot.errors import ContentError
from bot.redactie.sjabloon import remains
from bot.redactie.tips import tips
from bot.redactie.values import Melding

HERZIEN_NA = timedelta(days=365)
"""A text that was not checked against the law for so long is overdue."""
_PARTS = {"kort": "kort", "kort antwoord": "kort"} | {heading: key for key, heading in ASPECTS.items()}
_LINK = re.compile(r"\]\(\s*(https?://[^)\s]+)")


@dataclass(frozen=True)
class Keuring:
    """What was found about a text."""

    product: Product | None
    """The text as a product; None when it cannot be read as one."""
    fouten: tuple[Melding, ...]
    tips: tuple[Melding, ...]
    ontbrekend: tuple[str, ...]
    """Aspects that it does not have."""
    herzien_over_tijd: bool
    score: float | None
    """Flesch-Douma; None when there is too little text."""
    links: tuple[str, ...]
    """Addresses to look whether they still lead somewhere (`links.check_links`)."""


@dataclass(frozen=True)
class Invulveld:
    """A placeholder that a text may hold, and what stands there then."""

    naam: str
    """`tarief.paspoort_volwassene`; in a text between `{{ ` and ` }}`."""
    waarde: str


def check(
    tekst: str,
    thema: str,
    gemeente: str,
    gemeenten: Gemeenten,
    anderen: Iterable[Product],
    *,
    product_id: str | None = None,
    vandaag: date | None = None,
) -> Keuring:
    """Judge a text.

    Args:
        tekst: the whole product file.
        thema: slug of its theme.
        gemeente: whose text it is. A central text must be right for all municipalities.
        gemeenten: all municipalities.
        anderen: the products that are live there; one with the same id is left out.
        product_id: the id that it must have.
        vandaag: for the review date.
    """
    left = [Melding(deel, f"“{one}” staat er nog uit het sjabloon", "sjabloon") for deel, one in _left(tekst)]
    try:
        product = parse_product(tekst, thema, "")
    except ContentError as error:
        return Keuring(None, (_unreadable(error), *left), (), (), False, None, ())
    others = [one for one in anderen if one.id != product.id]
    own = gemeenten if gemeente == CENTRAAL else Gemeenten({gemeente: gemeenten[gemeente]}, gemeenten.landelijk)
    file = ProductFile(Path("products", thema or "-", f"{product.id}.md"), product, tekst)
    problems = lint([file], own)
    fouten = [
        *(_melding(one, "fout") for one in problems if one.is_error),
        *left,
        *_identity(product, thema, product_id),
        *_fillable(product, own),
        *_claimed(product, others),
    ]
    known = {one.id for one in others}
    hints = [
        _melding(one, "let_op")
        for one in problems
        if not one.is_error and not (one.text.startswith("veld boven") and product.kop.boven in known)
    ]
    today = vandaag or datetime.now(UTC).date()
    if product.kop.herzien > today:
        hints.append(Melding("herzien", "de datum van herziening ligt in de toekomst", "let_op"))
    vorm = "u" if gemeente == CENTRAAL else gemeenten[gemeente].aanspreekvorm
    for deel, text in (("kort", product.kort), *product.aspecten.items()):
        hints += tips(text, deel, vorm)
    return Keuring(
        product=product,
        fouten=tuple(fouten),
        tips=tuple(hints),
        ontbrekend=tuple(key for key in ASPECTS if key not in product.aspecten),
        herzien_over_tijd=overdue(product.kop.herzien, today),
        score=score_of(product),
        links=links_of(product),
    )


def overdue(herzien: date, vandaag: date) -> bool:
    """Whether a text should be checked against the law again."""
    return herzien + HERZIEN_NA < vandaag


def links_of(product: Product) -> tuple[str, ...]:
    """The addresses in a text: of its sources, of the way to arrange it, and in its sentences; each once."""
    found = [*product.kop.bronnen, *([product.kop.regelen.url] if product.kop.regelen.url else [])]
    for text in (product.kort, *product.aspecten.values()):
        found += _LINK.findall(text)
    return tuple(dict.fromkeys(found))


def values_for(gemeente: str, gemeenten: Gemeenten) -> list[Invulveld]:
    """The placeholders that a text of `gemeente` may hold, by name, with their values there.

    A central text may hold what all municipalities have; the value shown is then that of the first.
    """
    ids = gemeenten.ids if gemeente == CENTRAAL else (gemeente,)
    per = [_flat(waarden(gemeenten[one], gemeenten.landelijk)) for one in ids]
    common = set(per[0]).intersection(*per[1:])
    return [Invulveld(naam, per[0][naam]) for naam in sorted(common)]


def _flat(values: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{groep}.{sleutel}": waarde for groep, own in values.items() for sleutel, waarde in own.items()}


def _left(tekst: str) -> Iterator[tuple[str, str]]:
    deel = "kort"
    for line in tekst.split("\n"):
        if line.startswith("## "):
            deel = _PARTS.get(line[3:].strip(), "")
        for one in remains(line):
            yield deel, one


def _unreadable(error: ContentError) -> Melding:
    field = re.match(r"veld ([a-z]+)", error.problem)
    if field:
        return Melding(field.group(1), error.problem, "fout")
    place = error.where.strip()
    return Melding("", f"{place}: {error.problem}" if place else error.problem, "fout")


def _melding(problem: Problem, soort: str) -> Melding:
    begin, colon, rest = problem.text.partition(": ")
    if colon and begin in _PARTS:
        return Melding(_PARTS[begin], rest, soort)
    if colon and begin.startswith("veld "):
        return Melding(begin.removeprefix("veld "), rest, soort)
    if problem.text.startswith("de voorbeeldvraag"):
        return Melding("vragen", problem.text, soort)
    return Melding("", problem.text, soort)


def _identity(product: Product, thema: str, product_id: str | None) -> Iterator[Melding]:
    if product_id is not None and product.id != product_id:
        yield Melding("id", f'het id is "{product.id}", maar dit is de tekst van {product_id}', "fout")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", thema):
        yield Melding("thema", "kies een thema", "fout")
    if not product.kop.naam.strip():
        yield Melding("naam", "de naam is leeg", "fout")
    for name in ("naam", "synoniemen", "vragen"):
        value = getattr(product.kop, name)
        for text in [value] if isinstance(value, str) else value:
            if any(stray_braces(text)) or "{{" in text:
                yield Melding(name, "hier kan geen invulveld staan", "fout")


def _fillable(product: Product, gemeenten: Gemeenten) -> Iterator[Melding]:
    """The telephone number may be a placeholder, and the lint does not look there."""
    telefoon = product.kop.regelen.telefoon
    if not telefoon:
        return
    for gemeente in gemeenten:
        try:
            fill(telefoon, waarden(gemeente, gemeenten.landelijk), gemeente.id)
        except ContentError:
            yield Melding("telefoon", f"{telefoon} heeft geen waarde voor {gemeente.id}", "fout")


def _claimed(product: Product, others: Collection[Product]) -> Iterator[Melding]:
    """Example questions and a short answer that another product has already."""
    mine = {_bare(vraag): vraag for vraag in product.kop.vragen}
    for other in others:
        for vraag in other.kop.vragen:
            if _bare(vraag) in mine:
                yield Melding("vragen", f"de voorbeeldvraag “{mine[_bare(vraag)]}” staat ook bij {other.id}", "fout")
        if other.kort == product.kort:
            yield Melding("kort", f"het korte antwoord is gelijk aan dat van {other.id}", "fout")


def _bare(vraag: str) -> str:
    return re.sub(r"\W+", " ", vraag.lower()).strip()
