"""What the documentation says of files, settings and outcomes is true."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from bot.search.decision import Uitkomst
from bot.settings import PREFIX, ROOT, Settings

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_paths_in_documents_exist(document) -> None:  # type: ignore[no-untyped-def]
    text = document.read_text(encoding="utf-8")
    for path in re.findall(
        r"`((?:bot|docs|data|domain|tests|tools|bench|gemeenten|products|actions|migrations)/[\w./-]*)`", text
    ):
        assert (ROOT / path).exists(), f"{document.name} noemt {path}"
    for path in re.findall(r"\]\(((?!https?:|#)[\w./-]+)\)", text):
        assert (document.parent / path).exists(), f"{document.name} verwijst naar {path}"


def test_every_setting_is_described_and_nothing_else() -> None:
    text = (ROOT / "docs" / "instellingen.md").read_text(encoding="utf-8")
    described = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", text))
    assert {PREFIX + field.name.upper() for field in fields(Settings)} <= described


def test_every_outcome_is_described() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert all(f"`{one.value}`" in text for one in Uitkomst)


def test_make_verbs_in_the_readme_exist() -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert (
        set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
        <= verbs
    )


def test_no_file_names_a_package_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt", "Makefile", "tools/setup.py"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|index-url|find-links(?!\s*\\)", text.replace("--no-emit-find-links", "")), name
