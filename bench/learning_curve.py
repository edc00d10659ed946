"""`python -m bench.learning_curve`: what the question library holds, and what more questions per product are worth.

A plain baseline (TF-IDF of words and pieces of words, one linear support vector machine per product) learns from ever
more questions of each product. It is measured on questions it never sees. The engine itself is not in play: the curve
is about the library.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.metadata import version
from pathlib import Path
from statistics import median
from textwrap import fill

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from scipy import sparse

from bench.contenders.tfidf import vectorizer
from bench.machine import load_average, machine
from bench.questions import Question, literally_in, read_questions
from bench.statistics import wilson
from bench.task import SEED
from bot.catalog import question_checks as checks
from bot.catalog.library import read_library
from bot.catalog.questions import APART, ASPECT_IDS, STIJLEN, Voorbeeld, questions_digest, read_out_of_scope
from bot.catalog.questions import read_questions as read_library_questions
from bot.search.linear import fit_linear
from bot.settings import ROOT, Settings, load_settings

OUT = Path("docs/vragenbibliotheek.md")
FIGURE = Path("img/leercurve.svg")
"""The drawn curve, beside the report."""
DEVELOPMENT = ROOT / "tests" / "data" / "vragen-dev.jsonl"
SIZES = (5, 10, 20, 30, 40, 60)
"""Questions per product that the baseline learns from."""
QUICK_SIZES, QUICK_PRODUCTS = (5, 10), 60
DETAILS = "echt"
"""The style that is measured apart: details, exceptions and trouble."""
HELD_APART, DEV = "held-apart", "development"
NOT_FOUND = 10**6
MESSAGES_PER_BLOCK = 500
LOWEST = 10
FREQUENT_FRAMES = 10


@dataclass(frozen=True)
class Content:
    """The library and what it is measured on."""

    library: list[Voorbeeld]
    tests: dict[str, list[Question]]
    out_of_scope: int
    names: dict[str, str]
    themes: dict[str, str]
    digest: str
    """Of the files of the library: which state of it the figures are about."""
    left_out: int
    """Development questions for a product without questions in the library."""


@dataclass(frozen=True)
class Point:
    """The baseline after learning from so many questions per product."""

    size: int
    questions: int
    complete: int
    """Products that have so many questions; of the others all were taken."""
    features: int
    seconds: float
    places: dict[str, np.ndarray]
    """Per test set the place of the first right product for each question; 0 is the first."""


def main() -> int:
    """Measure and write; the report of a quick run goes to the terminal unless `--out` is given."""
    parser = argparse.ArgumentParser(prog="python -m bench.learning_curve", description=__doc__, allow_abbrev=False)
    parser.add_argument("--out", type=Path, help=f"where the report goes; of a whole run {OUT}")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PRODUCTS} products, two sizes; to try it out")
    given = parser.parse_args()
    console = Console(stderr=True, highlight=False)
    before, started = load_average(), time.perf_counter()
    content = read(load_settings(), QUICK_PRODUCTS if given.quick else None)
    try:
        points = measure(content, QUICK_SIZES if given.quick else SIZES, console)
    except KeyboardInterrupt:
        console.print("Stopped; nothing was written.")
        return 130
    out = given.out or (None if given.quick else OUT)
    conditions = [
        ("Command", "`" + " ".join([".venv/bin/python -m bench.learning_curve", *sys.argv[1:]]) + "`"),
        ("Date", date.today().isoformat()),
        ("Library", f"`data/vragen/`, SHA-256 {content.digest[:12]}"),
        *machine().items(),
        ("Packages", ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "numpy", "rapidfuzz"))),
        ("Load of the machine", f"{before} before, {load_average()} after"),
        ("Duration of the run", f"{(time.perf_counter() - started) / 60:.1f} minutes"),
    ]
    text = report(content, points, conditions, quick=given.quick)
    if out is None:
        sys.stdout.write(text)
        return 0
    path = ROOT / out
    figure = path.parent / FIGURE
    figure.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    figure.write_text(draw(content, points), encoding="utf-8")
    console.print(f"Written: {path}\n         {figure}", soft_wrap=True)
    return 0


def read(settings: Settings, products: int | None = None) -> Content:
    """Read the library and the two test sets; of so many products, or of all. Raises ContentError."""
    folder = settings.path(settings.questions_dir)
    library = list(read_library_questions(folder))
    ids = sorted({one.product for one in library})
    chosen = set(ids if products is None else random.Random(SEED).sample(ids, min(products, len(ids))))
    development, left_out = read_questions(DEVELOPMENT, chosen)
    apart = [
        Question(one.vraag, frozenset([one.product]), one.stijl)
        for one in read_library_questions(folder / APART)
        if one.product in chosen
    ]
    files = list(read_library(settings.path(settings.products_dir)))
    return Content(
        library=[one for one in library if one.product in chosen],
        tests={HELD_APART: apart, DEV: development},
        out_of_scope=len(read_out_of_scope(folder)),
        names={file.product.id: file.product.kop.naam for file in files},
        themes={file.product.id: file.product.thema for file in files},
        digest=questions_digest(folder),
        left_out=left_out,
    )


def measure(content: Content, sizes: Sequence[int], console: Console) -> list[Point]:
    """Train and measure the baseline for each size, with progress on the terminal."""
    groups = drawn(content.library)
    work = {size: sum(min(size, len(group)) for group in groups.values()) for size in sizes}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    points = []
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=sum(work.values()))
        for size in sizes:
            progress.update(task, description=f"{size} questions per product: {work[size]:,} in all")
            point = measure_size(content, groups, size)
            points.append(point)
            progress.advance(task, work[size])
            first = ", ".join(f"{name} {share(places, 1):.3f}" for name, places in point.places.items())
            progress.console.print(
                f"{size:>3} per product: {point.questions:,} questions, {point.features:,} features, "
                f"{point.seconds:.0f} s; top-1 {first}"
            )
        progress.update(task, description="Measured")
    return points


def measure_size(content: Content, groups: dict[str, list[Voorbeeld]], size: int) -> Point:
    """Train the baseline on at most `size` questions of each product, and measure it."""
    started = time.perf_counter()
    learned = [one for group in groups.values() for one in group[:size]]
    features = vectorizer(least=2)
    matrix = features.fit_transform([one.vraag for one in learned]).tocsr()
    machine = fit(matrix, [one.product for one in learned])
    places = {
        name: places_of(machine, features.transform([one.text for one in questions]).tocsr(), questions)
        for name, questions in content.tests.items()
    }
    complete = sum(len(group) >= size for group in groups.values())
    return Point(size, len(learned), complete, matrix.shape[1], time.perf_counter() - started, places)


def drawn(library: Iterable[Voorbeeld]) -> dict[str, list[Voorbeeld]]:
    """The questions of each product in the order in which they are learned: fixed, random, and stratified.

    Within a product each style is spread evenly over the order, from a random start. So the first 5, 10, 20 ... hold the
    styles in about the product's own proportions, and a larger selection holds the smaller ones.
    """
    by_product: dict[str, list[Voorbeeld]] = defaultdict(list)
    for one in library:
        by_product[one.product].append(one)
    return {product: _spread_styles(group, random.Random(f"{SEED} {product}")) for product, group in by_product.items()}


@dataclass(frozen=True)
class Machine:
    """Support vector machines, one product against the rest: `features @ weights + bias`."""

    labels: list[str]
    weights: np.ndarray
    """(features, products), float32."""
    bias: np.ndarray


def fit(matrix: sparse.csr_matrix, labels: Sequence[str]) -> Machine:
    """Train one support vector machine per product, with the project's own solver: it solves scikit-learn's LinearSVC's
    problem in a tenth of the time (docs/decisions/0007), and nothing else of the engine takes part."""
    model = fit_linear(matrix, labels, c=0.5, seed=SEED)
    return Machine(list(model.labels), model.weights.toarray(), model.bias)


def places_of(machine: Machine, matrix: sparse.csr_matrix, questions: Sequence[Question]) -> np.ndarray:
    """Place of the first right product for each question."""
    column = {label: index for index, label in enumerate(machine.labels)}
    places = []
    for start in range(0, len(questions), MESSAGES_PER_BLOCK):
        stop = start + MESSAGES_PER_BLOCK
        block = matrix[start:stop] @ machine.weights + machine.bias
        for question, margins in zip(questions[start:stop], block, strict=True):
            right = [margins[column[product]] for product in question.products if product in column]
            places.append(int((margins > max(right)).sum()) if right else NOT_FOUND)
    return np.array(places, dtype=np.int64)


def share(places: np.ndarray, most: int) -> float:
    """Share of the questions whose right product is among the first `most`; 0 of nothing."""
    return float((places < most).mean()) if len(places) else 0.0


def report(
    content: Content, points: Sequence[Point], conditions: Sequence[tuple[str, str]], *, quick: bool = False
) -> str:
    """The whole report, in Markdown."""
    told = checks.count(content.library)
    parts = [
        "# The question library",
        "This file is generated by `python -m bench.learning_curve` and is not edited by hand.",
        *(["**A quick run on a few products, to see whether all works; its figures say nothing.**"] if quick else []),
        table(("", ""), conditions),
        "## What it holds",
        _totals(content, told),
        "### Per theme",
        _themes(content, told),
        "### Per style",
        _styles(content, told),
        _STYLES,
        "### Per aspect",
        _aspects(told),
        "### Products with the fewest questions",
        _fewest(content, told),
        "## How much it varies",
        _spread(content),
        "### Repetition",
        _repetition(content),
        "## What more questions per product are worth",
        _about_curve(content),
        "![Learning curve: top-1 and top-3 against questions per product](img/leercurve.svg)",
        *(part for name in content.tests for part in (f"### On the {name} questions", _curve(content, points, name))),
        _CURVE,
        "### Reading the curve",
        "\n".join(f"- {line}" for line in reading(content, points)),
        "### What each point learned from",
        _learned(points),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def reading(content: Content, points: Sequence[Point]) -> list[str]:
    """What the figures say, in sentences that follow from them."""
    products = len({one.product for one in content.library})
    lines = []
    for name, questions in content.tests.items():
        if not questions or len(points) < 2:
            continue
        steps = [
            f"{before.size} to {after.size}: {_gain(before.places[name], after.places[name], 1)}"
            for before, after in zip(points, points[1:], strict=False)
        ]
        lines.append(f"{name.capitalize()}, top-1 in percentage points: {'; '.join(steps)}.")
    last = points[-1]
    if last.complete < products:
        lines.append(
            f"{last.complete} of the {products} products have {last.size} questions; the last point learned from "
            f"{last.questions / products:.1f} on average. Where the curve flattens, part of that is the library running "
            "out, and not the questions losing their worth."
        )
        lines += _only_complete(content, points)
    lines.append(
        "One draw of the questions, with a fixed seed: differences smaller than the intervals are not to be built upon."
    )
    return lines


def _only_complete(content: Content, points: Sequence[Point]) -> list[str]:
    """The curve over the questions for products that have enough for the last point, so that none runs out."""
    told, last = checks.count(content.library), points[-1]
    lines = []
    for name, questions in content.tests.items():
        own = np.array([all(told.per_product[one] >= last.size for one in question.products) for question in questions])
        if own.any():
            shares = ", ".join(f"{share(point.places[name][own], 1):.3f}" for point in points)
            lines.append(
                f"The {int(own.sum())} {name} questions for products that have {last.size}: top-1 {shares} with "
                f"{', '.join(str(point.size) for point in points)} questions per product. "
                "Their competitors have fewer by then, which favours them."
            )
    return lines


def draw(content: Content, points: Sequence[Point]) -> str:
    """The curve as an SVG picture: a panel for each test set."""
    panels = [
        _panel(name, questions, points, left=70 + index * 440)
        for index, (name, questions) in enumerate(content.tests.items())
    ]
    legend = [
        f'<line x1="{x}" y1="392" x2="{x + 28}" y2="392" stroke="{colour}" stroke-width="2.5"{_dashes(dashed)}/>'
        f'<text x="{x + 34}" y="396">{label}</text>'
        for x, (label, colour, dashed) in zip((70, 250, 430, 660), _legend(), strict=True)
    ]
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 412" font-family="sans-serif" font-size="12" '
            'fill="#222" role="img" aria-label="Learning curve of the question library">',
            '<rect width="900" height="412" fill="#fff"/>',
            *panels,
            *legend,
            "</svg>\n",
        ]
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)] if any(heads) else ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)


def _spread_styles(group: Sequence[Voorbeeld], draw: random.Random) -> list[Voorbeeld]:
    by_style: dict[str, list[Voorbeeld]] = defaultdict(list)
    for one in group:
        by_style[one.stijl].append(one)
    placed: list[tuple[float, int, Voorbeeld]] = []
    for own in by_style.values():
        draw.shuffle(own)
        start = draw.random()
        placed += [((index + start) / len(own), len(placed) + index, one) for index, one in enumerate(own)]
    return [one for _, _, one in sorted(placed, key=lambda item: item[:2])]


def _totals(content: Content, told: checks.Telling) -> str:
    sizes = sorted(told.per_product.values())
    apart, development = content.tests[HELD_APART], content.tests[DEV]
    rows = [
        ("questions in the library", f"{told.totaal:,}"),
        ("products with questions", f"{len(sizes):,}"),
        ("questions per product: fewest, median, most", f"{sizes[0]}, {median(sizes):.0f}, {sizes[-1]}"),
        ("questions that ask for one aspect", f"{told.aandeel_aspect:.1%}"),
        ("messages out of scope", f"{content.out_of_scope:,}"),
        ("held-apart questions (`data/vragen/apart/`)", f"{len(apart):,}"),
        ("development questions (`tests/data/vragen-dev.jsonl`)", f"{len(development):,}"),
    ]
    return table(("", "number"), rows)


def _themes(content: Content, told: checks.Telling) -> str:
    sizes: dict[str, list[int]] = defaultdict(list)
    for product, number in told.per_product.items():
        sizes[content.themes.get(product, "(no product file yet)")].append(number)
    rows = [
        (theme, f"{len(own)}", f"{sum(own):,}", f"{sum(own) / len(own):.1f}", f"{min(own)}")
        for theme, own in sorted(sizes.items())
    ]
    return table(("theme", "products", "questions", "per product", "fewest"), rows)


def _styles(content: Content, told: checks.Telling) -> str:
    products = len(told.per_product)
    rows = [
        (
            style,
            f"{told.per_stijl[style]:,}",
            f"{told.per_stijl[style] / told.totaal:.1%}",
            f"{sum(not told.per_product_en_stijl[product, style] for product in told.per_product)} of {products}",
            *(f"{sum(one.style == style for one in questions)}" for questions in content.tests.values()),
        )
        for style in STIJLEN
    ]
    return table(("style", "questions", "share", "products without", *content.tests), rows)


def _aspects(told: checks.Telling) -> str:
    numbers = {aspect: told.per_aspect[aspect] for aspect in ASPECT_IDS if told.per_aspect[aspect]}
    numbers["(none)"] = told.totaal - told.per_aspect.total()
    rows = [(aspect, f"{number:,}", f"{number / told.totaal:.1%}") for aspect, number in numbers.items()]
    return table(("aspect", "questions", "share"), rows)


def _fewest(content: Content, told: checks.Telling) -> str:
    ordered = sorted(told.per_product.items(), key=lambda item: (item[1], item[0]))[:LOWEST]
    return table(("product", "questions"), [(product, str(number)) for product, number in ordered])


def _spread(content: Content) -> str:
    rows = checks.spread(content.library, content.names)
    shares = [row.zonder_naam for row in rows if row.zonder_naam is not None]
    figures = [
        ("distinct content words", [float(row.woorden) for row in rows], "{:.0f}"),
        ("new content words per question", [row.woorden / row.vragen for row in rows], "{:.1f}"),
        ("questions without a word of the product's name", shares, "{:.0%}"),
    ]
    lines = [
        (name, *(shown.format(value) for value in (min(values), median(values), max(values))))
        for name, values, shown in figures
        if values
    ]
    narrow = sorted(rows, key=lambda row: row.woorden / row.vragen)[:LOWEST]
    narrowest = [(row.product, str(row.vragen), str(row.woorden), f"{row.woorden / row.vragen:.1f}") for row in narrow]
    return "\n\n".join(
        [
            table(("per product", "lowest", "median", "highest"), lines),
            _SPREAD.strip(),
            "Products whose questions bring the fewest new words:",
            table(("product", "questions", "distinct content words", "per question"), narrowest),
        ]
    )


def _repetition(content: Content) -> str:
    # A low limit, so that the most frequent frames show also when none is over the real one.
    found = checks.frames(content.library, checks.FRAME_PRODUCTS // 3)
    over = sum(frame.producten > checks.FRAME_PRODUCTS for frame in found)
    texts = [one.vraag for one in content.library]
    literal = ", ".join(f"{literally_in(questions, texts)} {name}" for name, questions in content.tests.items())
    lines = [
        f"- Near-duplicates inside a product (more than {checks.SIMILARITY:.0%} alike): "
        f"{len(checks.near_duplicates(content.library))}.",
        f"- Frames, sentences filled in anew in more than {checks.FRAME_PRODUCTS} products: {over}.",
        f"- Test questions that stand in the library word for word: {literal}.",
    ]
    rows = [(str(frame), str(frame.producten)) for frame in found[:FREQUENT_FRAMES]]
    shown = (
        ["The most frequent frames, whether or not over the limit:", table(("frame", "products"), rows)] if rows else []
    )
    return "\n\n".join(["\n".join(lines), _REPETITION.strip(), *shown])


def _about_curve(content: Content) -> str:
    text = (
        "The baseline: scikit-learn's TF-IDF of words (1-2) and of pieces of words (`char_wb` 2-5), each at least twice in "
        "what is learned, and one linear support vector machine per product. It learns from the library only, "
        "from the first 5, 10, 20 ... questions of each product in one random order with a fixed seed, in which the "
        "styles of a product are spread "
        "evenly. A product that has fewer gives all it has. It is asked the held-apart and the development questions, and "
        f"chooses among all {len({one.product for one in content.library})} products."
    )
    if content.left_out:
        text += f" {content.left_out} development questions were left out: their product has no questions here."
    return fill(text, 118)


def _curve(content: Content, points: Sequence[Point], name: str) -> str:
    questions = content.tests[name]
    details = _of_style(questions)
    heads = ("per product", "top-1 (95%)", "top-3 (95%)", f"`{DETAILS}` top-1 (95%)", f"`{DETAILS}` top-3 (95%)")
    rows = [
        (
            str(point.size),
            *(_rate(point.places[name], most) for most in (1, 3)),
            *(_rate(point.places[name][details], most) for most in (1, 3)),
        )
        for point in points
    ]
    return f"{len(questions):,} questions, {int(details.sum()):,} of them `{DETAILS}`.\n\n{table(heads, rows)}"


def _learned(points: Sequence[Point]) -> str:
    rows = [
        (str(point.size), f"{point.questions:,}", f"{point.complete:,}", f"{point.features:,}", f"{point.seconds:.0f}")
        for point in points
    ]
    return table(("per product", "questions", "products that have so many", "features", "seconds"), rows)


def _of_style(questions: Sequence[Question]) -> np.ndarray:
    return np.array([one.style == DETAILS for one in questions], dtype=bool)


def _rate(places: np.ndarray, most: int) -> str:
    if not len(places):
        return "-"
    low, high = wilson(int((places < most).sum()), len(places))
    return f"{share(places, most):.3f} ({low:.3f}-{high:.3f})"


def _gain(before: np.ndarray, after: np.ndarray, most: int) -> str:
    return f"{(share(after, most) - share(before, most)) * 100:+.1f}"


_WIDTH, _HEIGHT, _TOP = 340, 290, 40
_FIRST, _THREE = "#154273", "#b3541e"


def _legend() -> list[tuple[str, str, bool]]:
    return [
        ("top-1, all styles", _FIRST, False),
        ("top-3, all styles", _THREE, False),
        (f"top-1, style {DETAILS} (details)", _FIRST, True),
        (f"top-3, style {DETAILS}", _THREE, True),
    ]


def _dashes(dashed: bool) -> str:
    return ' stroke-dasharray="6 4"' if dashed else ""


def _panel(name: str, questions: Sequence[Question], points: Sequence[Point], left: int) -> str:
    """Axes and lines of one test set; both axes start at 0."""
    widest = max(point.size for point in points)

    def across(size: int) -> float:
        return left + _WIDTH * size / widest

    def up(value: float) -> float:
        return _TOP + _HEIGHT * (1 - value)

    title = f"{name}, {len(questions):,} questions"
    parts = [f'<text x="{left}" y="22" font-size="14" font-weight="bold">{escape(title)}</text>']
    for tenth in range(0, 11, 2):
        y = up(tenth / 10)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + _WIDTH}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>')
    for point in points:
        parts.append(f'<text x="{across(point.size):.1f}" y="{up(0) + 18}" text-anchor="middle">{point.size}</text>')
    parts.append(
        f'<text x="{left + _WIDTH / 2}" y="{up(0) + 36}" text-anchor="middle">questions per product (at most)</text>'
    )
    details = _of_style(questions)
    for (_, colour, dashed), most in zip(_legend(), (1, 3, 1, 3), strict=True):
        chosen = [point.places[name][details] if dashed else point.places[name] for point in points]
        values = [share(places, most) for places in chosen]
        spots = [(across(point.size), up(value)) for point, value in zip(points, values, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{_dashes(dashed)}/>')
        if not dashed:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in spots]
            x, y = spots[-1]
            parts.append(f'<text x="{x + 8:.1f}" y="{y - 6:.1f}" fill="{colour}">{values[-1]:.2f}</text>')
    return "\n".join(parts)


_STYLES = """
`gewoon` are ordinary sentences, `kort` search words, `situatie` tell what happened without naming the product, `echt`
are details, exceptions and trouble, `typfout` typing errors, `vlaams` Flemish words, `anders` other voices: old, young,
angry, learning Dutch."""
_SPREAD = f"""
Content words are what remains when {len(checks.FUNCTION_WORDS)} function words (articles, pronouns, prepositions, auxiliary
verbs; `bot/catalog/question_checks.py` lists them) are left out. They are compared as written, in lower case without
accents. "Without a word of the product's name": the question holds none of its content words literally, so `paspoorten`
does not count as `paspoort`."""
_REPETITION = """
How alike: the larger of RapidFuzz's ratio of the two questions and of the two with their words in alphabetical order. A
frame is a fixed beginning, one slot and a fixed end that together make up the question, with at least three fixed words
that are at least half of it. `vraagbaak vragen nakijken` lists what is over the limits, `bot/catalog/question_checks.py`
holds the definitions."""
_CURVE = """
Top-1: share of questions whose first product is right; top-3: a right product is among the first three. Between brackets
Wilson's 95% interval."""


if __name__ == "__main__":
    sys.exit(main())
