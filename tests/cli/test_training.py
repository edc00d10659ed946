"""Knowing when training is needed: whatever a model learns from counts, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import training
from bot.settings import ROOT, Settings


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Settings]:
    """A project of a few files, and settings that lead to it."""
    for name in ("bot/search/ranker.py", "bot/search/gate.py", "bot/nlu/living.py", "products/x.md", "data/a.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("eerst", encoding="utf-8")
    for name in ("config.yml", "requirements.txt", *training.TRAINED_FROM):
        if name.endswith((".yml", ".txt", ".py")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("eerst", encoding="utf-8")
    monkeypatch.setattr(training, "ROOT", tmp_path)
    settings = Settings(products_dir=str(tmp_path / "products"), questions_dir=str(tmp_path / "data"))
    return tmp_path, settings


@pytest.mark.parametrize("name", ["bot/search/ranker.py", "products/x.md", "data/a.yml", "config.yml"])
def test_what_is_learned_from_counts(project: tuple[Path, Settings], name: str) -> None:
    root, settings = project
    before = training.training_digest(settings)
    (root / name).write_text("later", encoding="utf-8")
    assert training.training_digest(settings) != before


@pytest.mark.parametrize("name", ["bot/search/gate.py", "bot/nlu/living.py"])
def test_what_works_with_what_was_learned_does_not(project: tuple[Path, Settings], name: str) -> None:
    root, settings = project
    before = training.training_digest(settings)
    (root / name).write_text("later", encoding="utf-8")
    assert training.training_digest(settings) == before


def test_what_is_left_out_is_there() -> None:
    assert all((ROOT / name).exists() for name in training.NOT_TRAINED_FROM)
