"""Stands in for the engine, which has the trained model: the gate, and why a question is answered so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.search.gate_values import Bevinding, Oordeel, Poortuitslag, Stand
from bot.settings import Settings
from bot.web.redactie import gate, why


class Gate:
    """What the engine says of a change: nothing changes, or what a test puts here."""

    def __init__(self) -> None:
        self.bevindingen: tuple[Bevinding, ...] = ()
        self.asked: list[Any] = []
        self.fout: Exception | None = None
        self.seconden = 0.0

    async def run(self, settings: Settings, wijziging: Any, extra: Any = (), progress: Any = None) -> Poortuitslag:
        self.asked.append(wijziging)
        if progress is not None:
            progress(3, 100)
        await asyncio.sleep(self.seconden)
        if self.fout:
            raise self.fout
        return Poortuitslag(self.bevindingen, vragen=100, opnieuw=10, goed_voor=90, goed_na=90, seconden=0.5)

    def loses(self, vraag: str, was: str, wordt: str) -> None:
        """From now on a known question would get another product."""
        voor, na = Stand("antwoord", "vraag_product", was, (), 0.9), Stand("antwoord", "vraag_product", wordt, (), 0.8)
        self.bevindingen = (Bevinding(vraag, was, "voorbeeld", Oordeel.ANDER_PRODUCT, True, voor, na, ("",)),)


UITLEG = {
    "vraag": "pas kwijt",
    "gemeente": "voorbeeldstad",
    "uitkomst": "antwoord",
    "stap": "zekerheid",
    "act": "vraag_product",
    "acts": [{"act": "vraag_product", "aandeel": 0.9}],
    "aspect": None,
    "in_bereik": True,
    "buiten_bereik": 0.02,
    "product": "paspoort-aanvragen",
    "tweede_keus": "rijbewijs-aanvragen",
    "kandidaten": [],
    "ranking": [
        {
            "product": "paspoort-aanvragen",
            "naam": "Paspoort aanvragen",
            "zekerheid": 0.8,
            "signalen": [{"naam": "model", "waarde": 0.9, "bijdrage": 1.5}],
        }
    ],
    "geen": 0.1,
    "drempels": {"antwoord": 0.6, "gevoelig": 0.8, "verduidelijking": 0.2, "keuze": 0.1},
    "nodig": 0.6,
    "redenen": [
        {
            "product": "paspoort-aanvragen",
            "velden": {"naam": ["paspoort"], "synoniemen": ["pas"], "vragen": [], "kort": [], "aspecten": []},
            "voorbeeld": "pas kwijt wat nu",
            "gelijkenis": 0.7,
            "woorden": ["pas"],
        }
    ],
    "woorden": [{"woord": "pas", "lemma": "pas", "begrip": "paspoort", "telt": True, "bekend": True}],
}


async def explain(settings: Settings, vraag: str, gemeente: str, wijziging: Any = None) -> dict[str, Any]:
    """The same for every question."""
    return {
        **UITLEG,
        "vraag": vraag,
        "woorden": [{"woord": vraag, "lemma": vraag, "begrip": None, "telt": True, "bekend": False}],
    }


def stand_in(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Put it in place of the real one, in this process."""
    one = Gate()
    monkeypatch.setattr(gate, "run_gate", one.run)
    monkeypatch.setattr(why, "explain", explain)
    return one
