"""One run: each contender in turn, then the installation, with progress on the terminal."""

from __future__ import annotations

import importlib
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import rest
from bench.contenders import CONTENDERS, ENGINE, Contender
from bench.content import product_examples, read_products, ways_to_ask
from bench.machine import load_average, machine, package_versions
from bench.options import REST, Options
from bench.processes import Follow, ProcessFailed, environment, run_module
from bench.questions import Question, literally_in, read_questions, sample
from bench.results import Installation, Measured, Outcome
from bench.statistics import hit
from bench.task import NotAvailable, Task
from bot.cli.start import language_pipeline
from bot.settings import ROOT, Settings

QUESTIONS = ROOT / "tests" / "data" / "vragen-dev.jsonl"
QUICK_QUESTIONS = 40
BUILD_LIMIT, ANSWER_LIMIT = 3600.0, 1200.0
"""Seconds that a contender gets to train, and to answer everything."""
TAIL_WIDTH = 60


@dataclass(frozen=True)
class Workplace:
    """Where a run works: a folder that goes away again, and an installation of its own in it."""

    folder: Path
    settings: Settings
    options: Options
    progress: Progress

    @property
    def env(self) -> dict[str, str]:
        """Environment of child processes."""
        return environment(self.folder, self.settings.as_env())

    def task(self, contender: Contender) -> Task:
        """The work of a contender, with a folder for it."""
        folder = self.folder / contender.name
        folder.mkdir(exist_ok=True)
        return Task(
            str(folder), contender.variant, self.options.quick, self.options.diet_epochs, self.options.reuse_model
        )


def run(options: Options, console: Console) -> Measured:
    """Measure everything that the options ask for."""
    began, load_before = time.perf_counter(), load_average()
    with tempfile.TemporaryDirectory(prefix="vraagbaak-bench-") as folder, _progress(console) as progress:
        settings = Settings(
            data_dir=str(Path(folder) / "data"),
            models_dir=str(Path(folder) / "models"),
            engine_port=rest.free_port(),
            actions_port=rest.free_port(),
            web_port=rest.free_port(),
            sandbox_port=rest.free_port(),
            # All visitors of the bench come from one address.
            webchat_per_address="100000/minute",
            webchat_sessions_per_address="100000/hour",
        )
        place = Workplace(Path(folder), _with_copies(settings, Path(folder)), options, progress)
        step = progress.add_task("reading questions and content", total=None, tail="")
        products = read_products(place.settings)
        asked_already = ways_to_ask(place.settings, products)
        questions, left_out = read_questions(QUESTIONS, {product.id for product in products})
        if options.quick:
            questions = sample(questions, QUICK_QUESTIONS)
        progress.remove_task(step)
        console.print(f"{len(questions)} questions, {len(products)} products", highlight=False)
        outcomes = [
            _contend(place, contender, questions, console)
            for contender in CONTENDERS
            if contender.name in options.parts
        ]
        installation = _install(place, questions, console) if REST in options.parts else None
        return Measured(
            questions=len(questions),
            left_out=left_out,
            styles=[question.style for question in questions],
            literal=literally_in(questions, asked_already),
            products=len(products),
            examples=len(product_examples(products)),
            library=len(asked_already),
            outcomes=outcomes,
            installation=installation,
            language=language_pipeline(),
            loads_of_machine=(load_before, load_average()),
            seconds=time.perf_counter() - began,
            facts=machine(),
            packages=package_versions(),
        )


def _with_copies(settings: Settings, folder: Path) -> Settings:
    """Settings with a copy of the content, so that all get the same when someone edits it meanwhile."""
    products, questions = folder / "products", folder / "questions"
    shutil.copytree(settings.path(settings.products_dir), products)
    shutil.copytree(settings.path(settings.questions_dir), questions)
    return replace(settings, products_dir=str(products), questions_dir=str(questions))


def _contend(place: Workplace, contender: Contender, questions: Sequence[Question], console: Console) -> Outcome:
    """Build, then answer in a fresh process."""
    task = place.task(contender)
    try:
        built = _stage(place, contender, "build", task, ())
        answered = _stage(place, contender, "answer", task, [question.text for question in questions])
        outcome = outcome_of(contender, questions, built, answered)
    except NotAvailable as reason:
        outcome = Outcome(contender, problem=str(reason))
    except ProcessFailed as error:
        outcome = Outcome(contender, problem=f"failed: {error}", failed=True)
    finally:
        if contender.cleans:
            importlib.import_module(f"bench.contenders.{contender.module}").clean(task)
    console.print(f"  {contender.title}: {_in_short(outcome)}", highlight=False, markup=False, soft_wrap=True)
    return outcome


def outcome_of(
    contender: Contender, questions: Sequence[Question], built: dict[str, Any], answered: dict[str, Any]
) -> Outcome:
    """What two stages came to."""
    pairs = list(zip(questions, answered["rankings"], strict=True))
    return Outcome(
        contender,
        first=[hit(ranking, question.products, 1) for question, ranking in pairs],
        three=[hit(ranking, question.products, 3) for question, ranking in pairs],
        milliseconds=answered["milliseconds"],
        build_seconds=built["seconds"],
        start_seconds=answered["start_seconds"],
        rss_mb=answered["rss_mb"],
        note=built["note"],
    )


def _install(place: Workplace, questions: Sequence[Question], console: Console) -> Installation:
    """The REST part, with the model of this run."""
    try:
        if ENGINE not in place.options.parts:
            contender = next(one for one in CONTENDERS if one.name == ENGINE)
            _stage(place, contender, "build", place.task(contender), ())
    except ProcessFailed as error:
        return Installation(problem=f"there is no model: {error}")

    steps: list[Any] = []

    def follow(name: str) -> Follow:
        if steps:
            place.progress.remove_task(steps.pop())
        steps.append(place.progress.add_task(f"{REST}: {name}", total=None, tail=""))
        return _follow(place.progress, steps[-1])

    # A data folder of its own: time until ready counts from an empty one, as for a newcomer.
    settings = replace(place.settings, data_dir=str(place.folder / "installation"))
    env = environment(place.folder, settings.as_env())
    texts = [question.text for question in questions]
    found = rest.measure(settings, texts, place.folder, env, place.options.quick, follow)
    for step in steps:
        place.progress.remove_task(step)
    console.print(f"  REST: {found.problem or 'measured'}", highlight=False, markup=False, soft_wrap=True)
    return found


def _stage(place: Workplace, contender: Contender, stage: str, task: Task, questions: Sequence[str]) -> Any:
    step = place.progress.add_task(f"{contender.name}: {stage}", total=None, tail="")
    try:
        return run_module(
            ["bench.child", stage, contender.module],
            {"task": asdict(task), "questions": list(questions)},
            env=place.env,
            log=place.folder / f"{contender.name}.log",
            limit=BUILD_LIMIT if stage == "build" else ANSWER_LIMIT,
            follow=_follow(place.progress, step),
        )
    finally:
        place.progress.remove_task(step)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[tail]}"),
        console=console,
        transient=True,
    )


def _follow(progress: Progress, step: Any) -> Follow:
    def follow(done: int, total: int, tail: str) -> None:
        # Brackets in what a process wrote are no markup.
        progress.update(step, completed=done, total=total or None, tail=tail[-TAIL_WIDTH:].replace("[", "("))

    return follow


def _in_short(outcome: Outcome) -> str:
    if outcome.problem:
        return outcome.problem
    total = len(outcome.first)
    built = "not trained" if outcome.build_seconds is None else f"built in {outcome.build_seconds:.1f} s"
    return f"top-1 {sum(outcome.first)}/{total}, top-3 {sum(outcome.three)}/{total}, {built}"
