"""This engine: the trained Rasa model over a catalogue of its own."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Sequence

from bench.task import Built, Rank, Task
from bot.cli.engine import Engine, as_result, quiet
from bot.cli.evaluate import prepare_catalog
from bot.cli.training import MODEL, is_trained, train, training_digest
from bot.settings import Settings, load_settings

STAMP = "vraagbaak.json"


def gather(task: Task) -> None:
    """Everything is read while training."""


def build(task: Task, data: None) -> Built:
    """Train into the bench's own models folder (or take the model that is there), and fill the catalogue."""
    settings = load_settings()
    present = Settings(models_dir=Settings().models_dir)
    if not task.reuse_model or not (present.path(present.models_dir) / MODEL).exists():
        train(settings)
        prepare_catalog(settings)
        return Built()
    prepare_catalog(settings)
    if is_trained(present):
        note = "the model that was there, up to date"
    else:
        note = "the model that was there, OUT OF DATE: data or code changed since it was trained"
    _copy(present, settings)
    return Built(note, timed=False)


def load(task: Task) -> Rank:
    """The engine, as commands use it."""
    quiet()
    engine = Engine(load_settings())
    loop = asyncio.new_event_loop()

    def rank(question: str) -> Sequence[str]:
        return as_result(*loop.run_until_complete(engine.parse(question))).ranking

    return rank


def stamp(settings: Settings) -> None:
    """Mark a model as up to date: `vraagbaak start` would train it again when something was edited since."""
    path = settings.path(settings.models_dir) / STAMP
    path.write_text(json.dumps({"digest": training_digest(settings)}), encoding="utf-8")


def _copy(source: Settings, target: Settings) -> None:
    folder = target.path(target.models_dir)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source.path(source.models_dir) / MODEL, folder / MODEL)
