"""`python -m bench.understanding`: how well the assistant understands, where it errs, and which parts earn their place.

It uses the trained model as it is, over a catalogue of its own that it throws away, and writes `docs/begrip.md` with
pictures. Only the ablation fits anything anew, and keeps nothing of it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench.machine import load_average, machine
from bench.understanding_ablation import (
    Cases,
    Parts,
    Result,
    Scored,
    Variant,
    cases_of,
    compare,
    fit_questions,
    fit_variant,
    parts_of,
    parts_with_plain_fields,
    parts_without_thesaurus,
    score,
    superfluous,
    trimmed,
    variants,
)
from bench.understanding_figures import Rate
from bench.understanding_kinds import Kinds, read_kinds
from bench.understanding_model import (
    Learned,
    Point,
    is_sensitive,
    load_learned,
    message_of,
    same_as_engine,
    searcher_of,
    single_questions,
    threshold_curve,
)
from bench.understanding_report import Measured, draw_reliability, draw_thresholds, report
from bench.understanding_sets import Asked, Asker, ask_all, read_details, read_sets, write_details
from bot.catalog.library import read_library
from bot.catalog.thesaurus import THESAURUS
from bot.cli.engine import quiet
from bot.cli.evaluate import prepare_catalog
from bot.cli.training import MODEL, is_trained
from bot.errors import StartError, VraagbaakError
from bot.nlu.library import Library
from bot.search.decision import Bericht
from bot.search.dutch import Dutch, load_dutch
from bot.settings import ROOT, Settings, load_settings

OUT = Path("docs/begrip.md")
KINDS = ROOT / "bench" / "begrip-fouten.yml"
RELIABILITY, CURVE = Path("img/begrip-zekerheid.svg"), Path("img/begrip-drempel.svg")
"""The pictures, beside the report."""
QUICK = 12
"""Questions per set in a quick run."""
QUICK_FIT = 300


@dataclass(frozen=True)
class Work:
    """What is measured, and with what."""

    settings: Settings
    model: Path
    up_to_date: bool
    quick: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write; a quick run goes to the terminal unless `--out` is given."""
    given = _options(arguments)
    console = Console(stderr=True, highlight=False)
    before, started = load_average(), time.perf_counter()
    quiet()
    with tempfile.TemporaryDirectory(prefix="vraagbaak-begrip-") as folder:
        try:
            work = prepare(Path(folder), quick=given.quick)
            measured = measure(work, given, console)
        except KeyboardInterrupt:
            console.print("Gestopt; er is niets geschreven.")
            return 130
        except VraagbaakError as error:
            console.print(str(error))
            return 1
    conditions = [
        ("Opdracht", "`" + " ".join([".venv/bin/python -m bench.understanding", *(arguments or sys.argv[1:])]) + "`"),
        ("Datum", date.today().isoformat()),
        (
            "Model",
            "getraind met de gegevens en de code van nu"
            if measured.up_to_date
            else "**niet getraind met de gegevens en de code van nu**",
        ),
        ("Taalpijplijn", measured.pipeline),
        *((_MACHINE.get(name, name), value) for name, value in machine().items()),
        ("Pakketten", ", ".join(f"{name} {version(name)}" for name in ("rasa", "scikit-learn", "numpy", "spacy"))),
        ("Belasting van de machine", f"{before} vooraf, {load_average()} achteraf"),
        ("Duur van de meting", f"{(time.perf_counter() - started) / 60:.1f} minuten"),
    ]
    text = report(measured, conditions, quick=given.quick)
    out = given.out or (None if given.quick else OUT)
    if out is None:
        sys.stdout.write(text)
        return 0
    path = ROOT / out
    for figure, drawing in ((RELIABILITY, draw_reliability(measured)), (CURVE, draw_thresholds(measured))):
        (path.parent / figure).parent.mkdir(parents=True, exist_ok=True)
        (path.parent / figure).write_text(drawing, encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    console.print(f"Geschreven: {path}", soft_wrap=True)
    return 0


_MACHINE = {"Cores": "Kernen", "Memory": "Geheugen", "System": "Systeem"}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__, allow_abbrev=False)
    parser.add_argument("--out", type=Path, help=f"where the report goes; of a whole run {OUT}")
    parser.add_argument(
        "--quick", action="store_true", help="few questions and no refitting without thesaurus; to try it out"
    )
    parser.add_argument("--details", type=Path, help="write what came of each question, to compare another run with")
    parser.add_argument("--against", type=Path, help="the details of another run; the report shows the differences")
    return parser.parse_args(arguments)


def prepare(folder: Path, *, quick: bool) -> Work:
    """Copy the model, which another may train meanwhile, and fill a catalogue. Raises StartError without a model."""
    source = load_settings()
    model = source.path(source.models_dir) / MODEL
    if not model.exists():
        raise StartError(f"Er is nog geen model ({model}). Train het met: vraagbaak train")
    up_to_date = is_trained(source)
    shutil.copyfile(model, folder / MODEL)
    # The components read the settings of the process. Texts of editors stay out of it: the library is measured.
    os.environ["VRAAGBAAK_DATA_DIR"] = str(folder)
    os.environ.pop("VRAAGBAAK_DATABASE_URL", None)
    settings = load_settings()
    prepare_catalog(settings)
    return Work(settings, folder / MODEL, up_to_date, quick)


def measure(work: Work, given: argparse.Namespace, console: Console) -> Measured:
    """All figures, with progress on the terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Vragen en producten lezen", total=None)
        products = {
            file.product.id: file.product for file in read_library(work.settings.path(work.settings.products_dir))
        }
        library = Library(work.settings)
        fit = fit_questions(library)
        sets = read_sets(work.settings, products, {text for text, _ in fit})
        if work.quick:
            fit = fit[:: max(len(fit) // QUICK_FIT, 1)]
            for one in sets.values():
                del one.items[QUICK:]
        total = sum(len(one.items) for one in sets.values())
        progress.update(task, description="Model laden")
        asker = Asker(work.model, work.settings)
        progress.update(task, description="Vragen stellen", total=total)
        progress.console.print(f"{total:,} vragen stellen")
        asked = ask_all(asker, sets, lambda: progress.advance(task))
        asker.close()
        del asker
        if given.details:
            write_details(given.details, asked)
        other = read_details(given.against, sets) if given.against else None

        progress.update(task, description="Drempels", total=None, completed=0)
        learned, dutch = load_learned(work.model), load_dutch()
        curves, same, sensitive = thresholds(asked, learned, products, dutch)
        results = ablation(work, library, learned, dutch, fit, asked, progress)
    return Measured(
        asked=asked,
        other=other,
        curves=curves,
        sensitive=sensitive,
        same=same,
        results=results.results,
        refitted=results.refitted,
        fit=len(fit),
        kinds=kinds_of(),
        pipeline=dutch.naam,
        up_to_date=work.up_to_date,
        new_file="nieuw" in asked,
    )


def kinds_of() -> Kinds:
    """The kinds of errors that were written by hand."""
    return read_kinds(KINDS)


def thresholds(
    asked: dict[str, list[Asked]], learned: Learned, products: dict, dutch: Dutch
) -> tuple[dict[str, list[Point]], dict[str, Rate], list[Point]]:
    """The curves per group of sets, how often deciding outside Rasa agrees, and the curve of sensitive subjects."""
    searcher = searcher_of(learned, products, dutch)
    curves, same, pairs = {}, {}, []
    for name, members in (
        ("dev en nieuw", ("dev", "nieuw")),
        ("apart, niet geijkt", ("apart-vrij",)),
        ("gevoelig", ("gevoelig",)),
    ):
        group = single_questions([one for member in members for one in asked.get(member, [])])
        messages = [message_of(one.vraag.vraag, learned, searcher, dutch) for one in group]
        same[name] = same_as_engine(group, messages)
        curves[name] = threshold_curve(group, messages)
        pairs += list(zip(group, messages, strict=True))
    del curves["gevoelig"]
    sensitive: list[tuple[Asked, Bericht]] = [pair for pair in pairs if is_sensitive(pair[1])]
    points = threshold_curve([one for one, _ in sensitive], [message for _, message in sensitive])
    return curves, same, points


@dataclass(frozen=True)
class Ablated:
    """The results, and how far the refitted ranker is from the trained one."""

    results: list[Result]
    refitted: float
    """The largest difference of a weight."""


def ablation(
    work: Work,
    library: Library,
    learned: Learned,
    dutch: Dutch,
    fit: list[tuple[str, str | None]],
    asked: dict[str, list[Asked]],
    progress: Progress,
) -> Ablated:
    """Fit and measure all variants."""
    group = single_questions([one for name in ("dev", "nieuw") for one in asked.get(name, [])])
    test = [(one.vraag.vraag, one.vraag.producten) for one in group]
    inside = [bool(right) for _, right in test]
    task = progress.add_task("Signalen", total=len(fit) + len(test))

    def cases_with(parts: Parts, what: str) -> Cases:
        progress.update(task, description=what, total=len(fit) + len(test), completed=0)
        progress.console.print(what)
        return cases_of(parts, fit, test, lambda: progress.advance(task))

    cases = cases_with(parts_of(learned, library.products, dutch), "Signalen")
    todo = variants()
    progress.update(task, description="Weglaten", total=len(todo), completed=0)
    whole = score(cases, inside, todo[0])
    results = [compare(todo[0], whole, whole)]
    for variant in todo[1:]:
        progress.update(task, description=f"Weglaten: {variant.group} {variant.name}")
        results.append(compare(variant, score(cases, inside, variant), whole))
        progress.advance(task)
    progress.update(task, description="Weglaten: samen", total=None)
    together = superfluous(results)
    if len(together.signals) > 1:
        results += [compare(together, score(cases, inside, together), whole), trimmed(cases, inside, whole, results)]
    ranker, again = learned.knowledge.ranker, fit_variant(cases.fit, todo[0])
    refitted = float(abs(ranker.gewicht - again.gewicht).max())
    del cases
    plain = load_dutch(thesaurus=THESAURUS.with_name("geen-thesaurus.yml"))
    results.append(
        _thesaurus(
            "uit tekstvelden en namen",
            cases_with(parts_with_plain_fields(learned, library.products, plain), "Velden zonder thesaurus"),
            inside,
            whole,
        )
    )
    if not work.quick:
        acts = act_examples()
        parts = parts_without_thesaurus(
            library, acts, plain, lambda what: progress.update(task, description=what, total=None)
        )
        results.append(
            _thesaurus("overal, vraagmodel opnieuw geleerd", cases_with(parts, "Alles zonder thesaurus"), inside, whole)
        )
    return Ablated(results, refitted)


def _thesaurus(name: str, cases: Cases, inside: list[bool], whole: Scored) -> Result:
    variant = Variant("thesaurus", name)
    return compare(variant, score(cases, inside, variant), whole)


def act_examples() -> list[tuple[str, str]]:
    """Rasa's own examples: (text, dialogue act)."""
    from rasa.shared.importers.importer import TrainingDataImporter

    paths = [str(ROOT / "data" / "nlu"), str(ROOT / "data" / "rules")]
    importer = TrainingDataImporter.load_from_config(str(ROOT / "config.yml"), str(ROOT / "domain"), paths)
    return [
        (message.get("text"), message.get("intent"))
        for message in importer.get_nlu_data().training_examples
        if message.get("text")
    ]


if __name__ == "__main__":
    sys.exit(main())
