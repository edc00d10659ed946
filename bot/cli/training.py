"""Training, and knowing when it is needed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from bot.errors import StartError
from bot.settings import ROOT, Settings

MODEL = "vraagbaak.tar.gz"
_STAMP = "vraagbaak.json"

TRAINED_FROM = (
    "config.yml",
    "domain",
    "data",
    "products",
    "bot/search",
    "bot/nlu",
    *(f"bot/catalog/{name}.py" for name in ("library", "product", "questions", "thesaurus")),
    "requirements.txt",
)
"""What a model depends on. Municipalities and texts of editors are not among them: those are read when it runs."""

NOT_TRAINED_FROM = frozenset(
    [
        *(f"bot/search/{name}.py" for name in ("batch", "explain", "gate", "gate_values", "reach", "understand")),
        *(f"bot/nlu/{name}.py" for name in ("living", "loaded", "result")),
    ]
)
"""Files in those folders that work with what was learned, and have no part in learning."""


def training_digest(settings: Settings) -> str:
    """SHA-256 over everything that training reads."""
    digest = hashlib.sha256()
    roots = [ROOT / name for name in TRAINED_FROM]
    roots += [settings.path(settings.products_dir), settings.path(settings.questions_dir)]
    for root in dict.fromkeys(roots):
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        for path in files:
            if path.is_file() and "__pycache__" not in path.parts and not _is_left_out(path):
                digest.update(path.as_posix().encode())
                digest.update(_without_texts(path) if root == ROOT / "domain" else path.read_bytes())
    return digest.hexdigest()


def _is_left_out(path: Path) -> bool:
    return path.is_relative_to(ROOT) and path.relative_to(ROOT).as_posix() in NOT_TRAINED_FROM


def _without_texts(path: Path) -> bytes:
    """A domain file without the words and buttons of its responses: those are rendered from the file itself, not from a model."""
    found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    names = {
        name: [variation.get("condition") for variation in variations]
        for name, variations in (found.get("responses") or {}).items()
    }
    return json.dumps({**found, "responses": names}, sort_keys=True).encode()


def is_trained(settings: Settings) -> bool:
    """Whether the model was trained from just these data and this code."""
    folder = settings.path(settings.models_dir)
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return False
    return (folder / MODEL).exists() and stamp.get("digest") == training_digest(settings)


def train(settings: Settings) -> None:
    """Train a new model in a process of its own, so that its memory is given back.

    Raises StartError with Rasa's last words when training fails; the model that was there stays.
    """
    folder = settings.path(settings.models_dir)
    # Before training: what changes meanwhile is then seen as changed.
    digest = training_digest(settings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "training.log"
        with log.open("w", encoding="utf-8") as output:
            done = subprocess.run(  # noqa: S603 (our own interpreter and arguments)
                [sys.executable, "-m", "bot.cli.rasa_train", str(folder), Path(MODEL).name],
                cwd=ROOT,
                env={**os.environ, **settings.as_env()},
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
    except OSError as error:
        raise StartError(f"{folder}: {error.strerror}") from error
    if done.returncode:
        lines = [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
        raise StartError(f"Het trainen mislukte: {lines[-1] if lines else 'geen uitleg'} (alles staat in {log})")
    (folder / _STAMP).write_text(json.dumps({"digest": digest}), encoding="utf-8")


def train_if_needed(settings: Settings) -> bool:
    """Train unless the model is up to date; returns whether it trained. Raises StartError."""
    if is_trained(settings):
        return False
    train(settings)
    return True
