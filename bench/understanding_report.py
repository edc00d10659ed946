"""The report on understanding: `docs/begrip.md` and its pictures, written from what was measured and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from bench.statistics import paired_difference
from bench.understanding_ablation import CALIBRATION_LOSS, COVERAGE_LOSS, GROUPS, NEW_LOSS, TOP1_LOSS, Change, Result
from bench.understanding_figures import (
    MEASURES,
    PRECISION,
    Bin,
    Rate,
    by_style,
    calibration_error,
    confusions,
    draws,
    errors,
    figures,
    inside,
    interval,
    is_covered,
    is_first,
    needless_seconds,
    reliability,
    second_needs,
    whole_pairs,
)
from bench.understanding_kinds import Kinds, grouped
from bench.understanding_model import Point, calibration_pairs, single_questions
from bench.understanding_sets import Asked
from bot.search.decision import Drempels

MISSING = "-"
DEVELOPED = ("dev", "nieuw")
FREE, FITTED = "apart-vrij", "apart-geijkt"
MAIN = (*DEVELOPED, FREE, FITTED)
ACTS = "gespreksdaden"
REAL = "echt"
MOST = 30
"""Pairs of products in the table of confusions."""
FREQUENT = 12
"""Products in the lists of those that are missed or wrongly found."""
ORIGIN = {
    "dev": "Ontwikkelvragen. Tijdens het maken is hierop gekeken en gekozen. De cijfers zijn daardoor gunstiger dan bij "
    "nieuwe vragen.",
    "nieuw": "Nieuwe schrijvers, die bibliotheek en ontwikkelvragen niet zagen. **Sinds de fouten hieronder zijn gelezen en "
    "signalen zijn geschrapt die hierop niet werden gemist, is deze set niet meer ongezien.**",
    FREE: "Apart gehouden vragen van andere schrijvers (`data/vragen/apart`), waarop de gewichten van de rangschikker niet "
    "zijn gepast. Tijdens het ontwikkelen kan er wel naar zijn gekeken.",
    FITTED: "Het andere deel van `data/vragen/apart`: hierop zijn de gewichten van de rangschikker wel gepast. Alleen om te "
    "vergelijken.",
    ACTS: "Berichten die geen vraag naar een product zijn; apart gehouden van de voorbeelden waarvan gespreksdaden worden geleerd.",
}
NAMED = "Gericht geschreven op één moeilijkheid, door schrijvers die bibliotheek, tests en ontwikkelvragen niet zagen."
_MEASURE = {
    "top1": "het eerste product is goed",
    "top3": "een goed product staat bij de eerste drie",
    "direct": "er is direct een product geantwoord (vragen waar een product bij hoort)",
    "antwoord_precisie": "van de directe antwoorden het deel dat goed is; een antwoord op een vraag zonder product telt als fout",
    "gedekt": "goed geantwoord, of teruggevraagd met een goede keuze onder de knoppen",
    "vals_antwoord": "er is een product geantwoord terwijl er geen bij hoort; laag is goed",
    "aspect_juist": "de gevraagde kant (kosten, aanvragen enzovoort) is herkend",
    "act_juist": "de gespreksdaad (groet, afspraak, noodgeval enzovoort) is herkend",
}


@dataclass(frozen=True)
class Measured:
    """All that was measured."""

    asked: Mapping[str, list[Asked]]
    other: Mapping[str, list[Asked]] | None
    """What another run came to, to compare with."""
    curves: Mapping[str, list[Point]]
    sensitive: list[Point]
    same: Mapping[str, Rate]
    results: Sequence[Result]
    refitted: float
    fit: int
    kinds: Kinds
    pipeline: str
    up_to_date: bool
    new_file: bool

    def of(self, *names: str) -> list[Asked]:
        """The answers of some sets together."""
        return [one for name in names for one in self.asked.get(name, [])]


def report(measured: Measured, conditions: Sequence[tuple[str, str]], *, quick: bool = False) -> str:
    """The whole report, in Markdown."""
    parts = [
        "# Hoe goed de assistent begrijpt",
        "Dit bestand wordt gemaakt door `python -m bench.understanding` en wordt niet met de hand gewijzigd.",
        *(["**Een korte run om te zien of alles werkt; de cijfers zeggen niets.**"] if quick else []),
        *([] if measured.new_file else ["**De set met nieuwe vragen (`tests/data/vragen-nieuw.jsonl`) was er niet.**"]),
        table(("", ""), conditions),
        "## In het kort",
        bullets(summary(measured)),
        "## Cijfers per set",
        _INTERVAL,
        figures_table(measured),
        bullets(f"`{name}`: {told}." for name, told in _MEASURE.items()),
        *_named_extra(measured),
        "### Waar de sets vandaan komen",
        bullets(f"`{name}`: {ORIGIN[name]}" for name in (*MAIN, ACTS) if name in measured.asked),
        f"- De andere sets (`tests/understanding/sets/`): {NAMED}",
        "### Per stijl",
        *(
            part
            for name in MAIN
            if name in measured.asked
            for part in (f"**{name}**", style_table(measured.asked[name]))
        ),
        *_comparison(measured),
        "## Klopt de zekerheid?",
        _RELIABILITY,
        "![Zekerheid tegen het deel dat goed is](img/begrip-zekerheid.svg)",
        *(part for name, group in reliability_groups(measured).items() for part in reliability_text(name, group)),
        "## Waar ligt de drempel goed?",
        _THRESHOLDS.format(standaard=Drempels()),
        bullets(
            f"{name}: nagerekend zonder Rasa, dezelfde uitkomst bij {shown(one)}."
            for name, one in measured.same.items()
        ),
        "![Direct geantwoord, precisie en vals antwoord bij elke drempel](img/begrip-drempel.svg)",
        *(
            part
            for name, points in measured.curves.items()
            for part in (f"**{name}**", curve_table(points, Drempels().antwoord))
        ),
        bullets(threshold_reading(measured)),
        "**Gevoelige onderwerpen** (het waarschijnlijkste product is gevoelig; alle bovenstaande sets en de set `gevoelig`)",
        curve_table(measured.sensitive, Drempels().gevoelig),
        "## Welke producten worden verward",
        "Over alle sets samen, zonder de gesprekken van `vervolg`. Van de verwachte producten is elk goed; gevonden is het "
        "eerste product.",
        confusion_table(single_questions([one for group in measured.asked.values() for one in group])),
        f"## Wat er nog fout gaat bij `{REAL}`",
        *kinds_text(measured),
        "## Wat elk onderdeel bijdraagt",
        *ablation_text(measured),
        "## Verschil met nl_core_news_md",
        _LANGUAGE.format(pipeline=measured.pipeline).strip(),
        "## Meer vragen per product",
        "De leercurve van de vragenbibliotheek staat in [vragenbibliotheek.md](vragenbibliotheek.md) "
        "([tekening](img/leercurve.svg)) en is hier niet opnieuw gemaakt.",
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def summary(measured: Measured) -> list[str]:
    """The key figures, in sentences that follow from them."""
    lines = []
    for name in (*DEVELOPED, FREE):
        if measured.asked.get(name):
            found = figures(measured.asked[name])
            lines.append(
                f"`{name}`: het eerste product is goed bij {shown(found['top1'])}; direct geantwoord {shown(found['direct'])}, "
                f"daarvan goed {shown(found['antwoord_precisie'])}; vals antwoord {shown(found['vals_antwoord'])}."
            )
    for name, group in reliability_groups(measured).items():
        certainties, right = calibration_pairs(group)
        if len(certainties):
            mean, seen = float(certainties.mean()), float(right.mean())
            word = "te zeker" if mean > seen else "te voorzichtig"
            lines.append(
                f"Zekerheid ({name}): gemiddeld {mean:.3f} tegen {seen:.3f} goed, dus {abs(mean - seen) * 100:.1f} punten {word}."
            )
    weakest = sorted(
        (figures(group)["gedekt"].value, name)
        for name, group in measured.asked.items()
        if name not in MAIN and figures(group)["gedekt"].total
    )[:3]
    if weakest:
        lines.append("Het zwakst (gedekt): " + ", ".join(f"`{name}` {value:.2f}" for value, name in weakest) + ".")
    groups = ("familie", "signaal", "bron")
    missed = [one for one in measured.results if one.variant.group in groups and not one.earns]
    if missed:
        lines.append(
            "Geen aantoonbare winst van: "
            + ", ".join(f"{one.variant.name} ({one.variant.group})" for one in missed)
            + "."
        )
    return lines


def figures_table(measured: Measured) -> str:
    """All figures, one row per set."""
    names = [name for name in (*MAIN, *sorted(set(measured.asked) - {*MAIN, ACTS}), ACTS) if name in measured.asked]
    rows = []
    for name in names:
        found = figures(measured.asked[name])
        rows.append((name, str(len(measured.asked[name])), *(shown(found[measure]) for measure in MEASURES)))
    return table(("set", "n", *MEASURES), rows)


def style_table(asked: Sequence[Asked]) -> str:
    """The figures per style of question."""
    chosen = [name for name in MEASURES if name != "act_juist"]
    rows = []
    for style, group in by_style(asked).items():
        found = figures(group)
        rows.append((style, str(len(group)), *(shown(found[measure]) for measure in chosen)))
    return table(("stijl", "n", *chosen), rows)


def _named_extra(measured: Measured) -> list[str]:
    lines = []
    second, pairs = second_needs(measured.of("twee-noden")), whole_pairs(measured.of("minimale-paren"))
    if second.total:
        lines.append(f"`twee-noden`: beide noden gevonden en de tweede aangeboden bij {shown(second)}.")
    answered, whole = needless_seconds([one for group in measured.asked.values() for one in group])
    if answered.total:
        lines.append(
            f"Alle sets: bij {answered.total} berichten met één nood bood de assistent er een tweede bij aan. Het antwoord was dan "
            f"goed bij {shown(answered)}; het beste product van het hele bericht was goed bij {shown(whole)}."
        )
    if pairs.total:
        lines.append(f"`minimale-paren`: beide vragen van een paar goed bij {shown(pairs)} van {pairs.total} paren.")
    return [bullets(lines)] if lines else []


def _comparison(measured: Measured) -> list[str]:
    """The differences with another run, over the same questions."""
    if measured.other is None:
        return []
    chosen = [name for name in MEASURES if name != "antwoord_precisie"]
    rows = []
    for name, group in measured.asked.items():
        cells = []
        for measure in chosen:
            own, theirs = MEASURES[measure](group), MEASURES[measure](measured.other[name])
            cells.append(points_of(*paired_difference(own, theirs)) if own else MISSING)
        rows.append((name, *cells))
    text = "Deze meting min de andere, in procentpunten, met het interval over dezelfde vragen."
    return ["### Verschil met de andere meting", text, table(("set", *chosen), rows)]


def reliability_groups(measured: Measured) -> dict[str, list[Asked]]:
    """The groups of sets of which the certainty is judged."""
    groups = {
        "dev en nieuw": measured.of(*DEVELOPED),
        "nieuw": measured.of("nieuw"),
        "apart, niet geijkt": measured.of(FREE),
        "apart, geijkt": measured.of(FITTED),
    }
    return {name: group for name, group in groups.items() if group}


def reliability_text(name: str, asked: Sequence[Asked]) -> list[str]:
    """The reliability table of a group, with its expected calibration error."""
    certainties, right = calibration_pairs(asked)
    if not len(certainties):
        return []
    value = float(calibration_error(certainties, right)[0])
    low, high = interval(calibration_error(certainties, right, draws(len(right), 1000)))
    rows = [
        (f"{one.low:.1f}-{one.high:.1f}", str(one.count), f"{one.certainty:.3f}", shown(Rate(one.right, one.count)))
        for one in reliability(certainties.tolist(), right.tolist())
    ]
    head = (
        f"**{name}**: {len(right)} vragen. Gemiddelde ijkfout (ECE) {value:.3f} ({low:.3f}-{high:.3f}; bootstrap, die de fout "
        "wat te hoog schat)."
    )
    return [head, table(("zekerheid", "n", "gemiddeld voorspeld", "goed (95%)"), rows)]


def curve_table(points: Sequence[Point], chosen: float) -> str:
    """The threshold curve; the chosen threshold is in bold."""
    rows = [
        (
            f"**{point.threshold:.2f}**" if abs(point.threshold - chosen) < 1e-9 else f"{point.threshold:.2f}",
            *(shown(one) for one in (point.direct, point.precision, point.false)),
            str(point.precision.total - point.precision.hits),
        )
        for point in points
    ]
    return table(("drempel", "direct", "antwoord_precisie", "vals_antwoord", "foute antwoorden"), rows)


def threshold_reading(measured: Measured) -> list[str]:
    """From which threshold on the direct answers are right often enough, and what the chosen one comes to."""
    lines = []
    for name, points in measured.curves.items():
        # From here on upwards, so that one lucky point does not count.
        enough: list[Point] = []
        for point in reversed(points):
            if point.precision.value < PRECISION:
                break
            enough.append(point)
        chosen = next((point for point in points if point.threshold == Drempels().antwoord), None)
        text = f"{name}: "
        if enough:
            text += f"vanaf {enough[-1].threshold:.2f} is minstens {PRECISION:.0%} van de directe antwoorden goed"
        else:
            text += f"geen enkele drempel haalt {PRECISION:.0%} goede antwoorden"
        if chosen:
            text += f"; de gekozen {chosen.threshold:.2f} geeft {chosen.precision.value:.1%} bij {chosen.direct.value:.1%} direct"
        lines.append(text + ".")
    return lines


def confusion_table(asked: Sequence[Asked]) -> str:
    """The product pairs that go wrong more than once, and the products that are missed or wrongly found most."""
    found = confusions(asked)
    wrong = sum(row[2] for row in found)
    rows = [
        (expected, other, str(count), f"“{cut(example)}”")
        for expected, other, count, example in found[:MOST]
        if count > 1
    ]
    told = (
        f"{wrong} fouten op {len(inside(asked))} vragen, verspreid over {len(found)} paren. Van de paren die vaker dan één keer "
        f"voorkomen, de eerste {len(rows)}:"
    )
    sides = []
    for head, side in (("Het vaakst gemist", 0), ("Het vaakst ten onrechte eerste", 1)):
        counts: Counter[str] = Counter()
        for row in found:
            counts[row[side]] += row[2]
        names = ", ".join(f"`{name}` {count}" for name, count in counts.most_common(FREQUENT))
        sides.append(f"{head}: {names}.")
    return "\n\n".join(
        [told, table(("verwacht", "gevonden", "aantal", "bijvoorbeeld"), rows, left=True), bullets(sides)]
    )


def kinds_text(measured: Measured) -> list[str]:
    """The remaining errors of the style of details and trouble, by the kinds that were written by hand."""
    wrong = [one for one in errors(measured.of(*DEVELOPED)) if one.vraag.stijl == REAL]
    asked = [one for one in inside(measured.of(*DEVELOPED)) if one.vraag.stijl == REAL]
    groups, unread = grouped(wrong, measured.kinds)
    parts = [
        f"{len(wrong)} van de {len(asked)} vragen uit dev en nieuw: het eerste product is niet goed, of de vraag is niet "
        "gedekt. De soorten zijn met de hand benoemd in `bench/begrip-fouten.yml`.",
        table(
            ("soort", "aantal", "wat helpt"), [(kind.name, str(len(own)), kind.mend) for kind, own in groups], left=True
        ),
    ]
    for kind, own in groups:
        parts += [f"**{kind.name}**", bullets(_error(one) for one in own)]
    if unread:
        parts += ["**Nog door niemand gelezen**", bullets(_error(one) for one in unread)]
    return parts


def _error(one: Asked) -> str:
    found = one.result.ranking[0] if one.result.ranking else "niets"
    expected = " of ".join(f"`{product}`" for product in sorted(one.vraag.producten))
    state = "" if is_first(one) else f", eerste `{found}`"
    covered = "wel gedekt" if is_covered(one) else "niet gedekt"
    return f"“{one.vraag.vraag}” Verwacht {expected}{state} ({one.result.zekerheid:.2f}), {one.result.uitkomst.value}, {covered}."


def ablation_text(measured: Measured) -> list[str]:
    """The tables of what was left out, and what is not missed."""
    if not measured.results:
        return ["Niet gemeten."]
    whole = measured.results[0]
    parts = [
        _ABLATION.format(fit=measured.fit, precision=PRECISION, refitted=measured.refitted).strip(),
        f"Met alles: top1 {whole.top1.value:.3f}, top3 {whole.top3.value:.3f}, ijkfout {whole.calibration.value:.3f}, "
        f"geantwoord bij precisie {PRECISION:.2f} {whole.coverage.value:.3f}, nieuw product top1 {whole.new.value:.3f}.",
    ]
    for group in GROUPS[1:]:
        own = [one for one in measured.results if one.variant.group == group]
        if own:
            parts += [
                f"### {_GROUP[group]}",
                *([_ABOUT[group].strip()] if group in _ABOUT else []),
                ablation_table(own),
            ]
    parts += [
        "### Wat zijn plaats niet verdient",
        _JUDGEMENT.format(TOP1_LOSS, COVERAGE_LOSS, NEW_LOSS, CALIBRATION_LOSS).strip(),
        bullets(verdicts(measured.results)),
    ]
    return parts


def ablation_table(results: Sequence[Result]) -> str:
    """Differences with the whole engine, in percentage points; calibration in its own unit."""
    rows = [
        (
            one.variant.name,
            *(points_of(change.difference, change.low, change.high) for change in (one.top1, one.top3)),
            _plain(one.calibration),
            *(points_of(change.difference, change.low, change.high) for change in (one.coverage, one.new)),
            "ja" if one.earns else "nee",
        )
        for one in results
    ]
    return table(
        ("weggelaten", "top1", "top3", "ijkfout", f"geantwoord bij {PRECISION:.2f}", "nieuw product top1", "gemist"),
        rows,
    )


def verdicts(results: Sequence[Result]) -> list[str]:
    """What is not missed, per group, and what gains when it is left out."""
    lines = []
    for group in GROUPS[1:-1]:
        names = [f"`{one.variant.name}`" for one in results if one.variant.group == group and not one.earns]
        if names:
            lines.append(f"{_GROUP[group]}, niet gemist: {', '.join(names)}.")
    better = [
        f"`{one.variant.name}` ({one.variant.group})"
        for one in results[1:]
        if any(change.low > 0 for change in (one.top1, one.top3, one.coverage, one.new)) and not one.earns
    ]
    if better:
        lines.append(f"Aantoonbaar beter op een cijfer en nergens slechter zonder: {', '.join(better)}.")
    for one in results:
        if one.variant.group == "samen":
            names = ", ".join(f"`{name}`" for name in sorted(one.variant.signals)) or "geen"
            verdict = "Dan wordt er wel iets gemist" if one.earns else "Ook samen worden ze niet gemist"
            lines.append(f"Samen weg ({one.variant.name}): {names}. {verdict}.")
    return lines


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: bool = False) -> str:
    """A Markdown table; figures to the right unless `left`."""
    rest = "---" if left or not any(heads) else "---:"
    lines = [heads, ["---", *[rest] * (len(heads) - 1)], *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def bullets(lines: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {line}" for line in lines)


def shown(one: Rate) -> str:
    """A share with its interval; a dash of nothing."""
    if not one.total:
        return MISSING
    low, high = one.interval
    return f"{one.value:.3f} ({low:.3f}-{high:.3f})"


def points_of(difference: float, low: float, high: float) -> str:
    """A difference in percentage points with its interval."""
    return f"{difference * 100:+.1f} ({low * 100:+.1f} tot {high * 100:+.1f})"


def _plain(change: Change) -> str:
    return f"{change.difference:+.3f} ({change.low:+.3f} tot {change.high:+.3f})"


def cut(text: str, most: int = 110) -> str:
    """A text for a cell of a table."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


_WIDTH, _HEIGHT, _TOP, _LEFT = 340, 290, 40, 60
_BLUE, _BROWN, _GREY = "#154273", "#b3541e", "#767676"


def draw_reliability(measured: Measured) -> str:
    """Predicted certainty against observed share right, a panel for each of two groups."""
    groups = reliability_groups(measured)
    chosen = [name for name in ("dev en nieuw", "apart, niet geijkt") if name in groups]
    panels = []
    for index, name in enumerate(chosen):
        certainties, right = calibration_pairs(groups[name])
        panels.append(_reliability_panel(name, reliability(certainties.tolist(), right.tolist()), _LEFT + index * 430))
    return _svg(
        panels,
        "Zekerheid tegen het deel dat goed is",
        _legend([("goed, met 95%-interval", _BLUE), ("precies geijkt", _GREY)]),
    )


def _reliability_panel(name: str, bins: Sequence[Bin], left: int) -> str:
    parts = _axes(
        name, "voorspelde zekerheid", left, [step / 5 for step in range(6)], lambda value: left + _WIDTH * value
    )
    parts.append(
        f'<line x1="{left}" y1="{_up(0):.1f}" x2="{left + _WIDTH}" y2="{_up(1):.1f}" stroke="{_GREY}" stroke-dasharray="5 4"/>'
    )
    for one in bins:
        if not one.count:
            continue
        x = left + _WIDTH * one.certainty
        low, high = Rate(one.right, one.count).interval
        parts.append(
            f'<line x1="{x:.1f}" y1="{_up(low):.1f}" x2="{x:.1f}" y2="{_up(high):.1f}" stroke="{_BLUE}" stroke-width="1.5"/>'
        )
        parts.append(f'<circle cx="{x:.1f}" cy="{_up(one.share):.1f}" r="4" fill="{_BLUE}"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{_up(0) - 6:.1f}" text-anchor="middle" font-size="10" fill="{_GREY}">{one.count}</text>'
        )
    return "\n".join(parts)


def draw_thresholds(measured: Measured) -> str:
    """What each answer threshold comes to, a panel for each group."""
    panels = [
        _threshold_panel(name, points, _LEFT + index * 430)
        for index, (name, points) in enumerate(measured.curves.items())
    ]
    legend = _legend([("direct geantwoord", _BLUE), ("antwoord_precisie", _BROWN), ("vals_antwoord", _GREY)])
    return _svg(panels, "Direct geantwoord, precisie en vals antwoord bij elke drempel", legend)


def _threshold_panel(name: str, points: Sequence[Point], left: int) -> str:
    def across(threshold: float) -> float:
        return left + _WIDTH * (threshold - 0.5) / 0.45

    parts = _axes(name, "drempel om te antwoorden", left, [0.5, 0.6, 0.7, 0.8, 0.9], across)
    chosen = across(Drempels().antwoord)
    parts.append(
        f'<line x1="{chosen:.1f}" y1="{_up(1):.1f}" x2="{chosen:.1f}" y2="{_up(0):.1f}" stroke="#999" stroke-dasharray="3 3"/>'
    )
    lines: tuple[tuple[str, Callable[[Point], Rate]], ...] = (
        (_BLUE, lambda point: point.direct),
        (_BROWN, lambda point: point.precision),
        (_GREY, lambda point: point.false),
    )
    for colour, of in lines:
        spots = [(across(point.threshold), _up(of(point).value)) for point in points if of(point).total]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
    return "\n".join(parts)


def _up(value: float) -> float:
    return _TOP + _HEIGHT * (1 - value)


def _axes(name: str, under: str, left: int, ticks: Sequence[float], across: Callable[[float], float]) -> list[str]:
    parts = [f'<text x="{left}" y="22" font-size="14" font-weight="bold">{escape(name)}</text>']
    for tenth in range(0, 11, 2):
        y = _up(tenth / 10)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + _WIDTH}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    for tick in ticks:
        parts.append(f'<text x="{across(tick):.1f}" y="{_up(0) + 18:.1f}" text-anchor="middle">{tick:.1f}</text>')
    parts.append(f'<text x="{left + _WIDTH / 2}" y="{_up(0) + 36:.1f}" text-anchor="middle">{escape(under)}</text>')
    return parts


def _legend(items: Sequence[tuple[str, str]]) -> list[str]:
    return [
        f'<circle cx="{_LEFT + 8 + index * 220}" cy="391" r="5" fill="{colour}"/>'
        f'<text x="{_LEFT + 20 + index * 220}" y="395">{escape(label)}</text>'
        for index, (label, colour) in enumerate(items)
    ]


def _svg(panels: Sequence[str], label: str, legend: Sequence[str]) -> str:
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 412" font-family="sans-serif" font-size="12" fill="#222" '
        f'role="img" aria-label="{escape(label)}">'
    )
    return "\n".join([head, '<rect width="860" height="412" fill="#fff"/>', *panels, *legend, "</svg>\n"])


_GROUP = {
    "familie": "Signalen die bij elkaar horen",
    "signaal": "Signalen één voor één",
    "bron": "Bronnen van kandidaten",
    "familie en bron": "Signalen en bron samen: een zoekwijze helemaal weg",
    "thesaurus": "De thesaurus",
    "samen": "Meer tegelijk weg",
}
_ABOUT = {
    "thesaurus": """
Dev en nieuw bevatten weinig Vlaamse, oude of ongewone woorden. Wat de thesaurus op `synoniemen` en `vlaams` doet, is hier
niet gemeten.""",
    "samen": """
De volgorde van schrappen is gekozen op dezelfde vragen als waarop hier is gemeten.""",
}
_INTERVAL = """
Elk cijfer is een deel van 1, met tussen haakjes het 95%-interval (Wilson). Bij een kleine set is het interval breed: een
set van 40 vragen zegt weinig over verschillen van minder dan tien procentpunten."""
_RELIABILITY = """
Als de assistent 0,8 zeker is, hoort hij in acht van de tien gevallen gelijk te hebben. Elke rij neemt de vragen waarvan
het beste product zo zeker was. Een vraag waar geen product bij hoort, telt altijd als niet goed. De ijkfout is het
gemiddelde verschil tussen voorspeld en goed, gewogen naar het aantal vragen in de rij."""
_THRESHOLDS = """
De beslissing is opnieuw genomen met elke drempel; de rest bleef gelijk. Nu geldt {standaard.antwoord}, en
{standaard.gevoelig} voor gevoelige onderwerpen. In deze tabellen geldt de drempel van de rij voor alle onderwerpen."""
_ABLATION = """
Elke variant laat iets weg. De rangschikker is daarna opnieuw gepast, op dezelfde {fit} apart gehouden vragen als bij het
trainen, en gemeten op dev en nieuw. De getallen zijn verschillen met de hele assistent, in procentpunten, met het
95%-interval over dezelfde vragen (bootstrap). Een lagere ijkfout is beter.

"Geantwoord bij {precision:.2f}" is het grootste deel van alle vragen dat met één drempel geantwoord kan worden terwijl
{precision:.0%} van die antwoorden goed is. "Nieuw product" doet alsof het goede product na het trainen is toegevoegd: het
vraagmodel kent het niet en de bibliotheek heeft er geen vragen voor. Alleen de eigen tekst kan het dan nog vinden.

De hele assistent, hier opnieuw gepast, wijkt in geen gewicht meer dan {refitted:.4f} af van het getrainde model.

Een eerdere meting als deze, op dezelfde vragen, leidde tot het schrappen van dertien signalen en van de namen als bron van
kandidaten. Overgenomen is toen ook dat bij het passen een product dat als nieuw geldt, geen vragen in de bibliotheek heeft."""
_JUDGEMENT = """
Iets wordt niet gemist als weglaten op geen enkel cijfer aantoonbaar slechter is, en hoogstens {:.3f} top1, {:.3f}
geantwoord en {:.3f} top1 bij een nieuw product kost. Bij de ijkfout telt alleen een aantoonbaar verschil boven {:.3f}.
Niet gemist is geen bewijs dat het niets doet: signalen kunnen voor elkaar invallen. Zijn het er meer dan één, dan staan ze
daarom ook samen in een tabel. Bij twintig varianten lijkt op elk cijfer gemiddeld één door toeval aantoonbaar anders. Er is
gekozen en gemeten op dezelfde vragen; meet na schrappen opnieuw op vragen die niemand zag. Een signaal schrappen verandert
`bot/search/ranker.py` en vraagt om opnieuw trainen."""
_LANGUAGE = """
Deze meting is gedaan met: {pipeline}. Op een machine met `nl_core_news_md` vervangt dat model de lemma's van
`spacy-lookups-data`: een lemma komt dan uit een statistisch model dat de zin leest, en niet uit een lijst. Ontleding,
namen en woordvectoren van het model worden niet gebruikt. Lemma's raken alles: de kenmerken, de tekstvelden, de namen en
de thesaurus. Daarom moet er opnieuw worden getraind. Meten gaat zo, met de gegevens buiten de map van het project:

```
.venv/bin/python -m bench.understanding --details /tmp/zonder.jsonl
.venv/bin/python -m spacy download nl_core_news_md
rm models/vraagbaak.json
.venv/bin/vraagbaak train
mkdir -p /tmp/met
.venv/bin/python -m bench.understanding --against /tmp/zonder.jsonl --out /tmp/met/begrip.md
```

Het tweede verslag heeft een tabel met de verschillen per set, met hun interval. Terug: verwijder het pakket
`nl_core_news_md` en train opnieuw. `vraagbaak train` ziet zelf niet dat het taalmodel is gewisseld; daarom gaat
`models/vraagbaak.json` eerst weg."""
