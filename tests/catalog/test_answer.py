"""An answer about a product: whom to call, where to go, and how that reads."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot.catalog.answer import HEEL_ANTWOORD, Antwoord, compose
from bot.catalog.gemeente import Gemeente
from bot.catalog.product import Regelen
from bot.catalog.render import waarden
from bot.errors import ContentError
from bot.nlg.texts import render
from bot.settings import ROOT
from tests.builders import gemeente, product


def composed(regelen: Regelen, aspect: str | None = None, waar: Gemeente | None = None, **kwargs: Any) -> Antwoord:
    waar = waar or gemeente()
    return compose(product(regelen=regelen, **kwargs), aspect, waar, waarden(waar, {}))


def shown(antwoord: Antwoord, nieuw_onderwerp: bool = False) -> str:
    """The answer as a resident reads it."""
    responses = yaml.safe_load((ROOT / "domain" / "antwoorden.yml").read_text(encoding="utf-8"))["responses"]
    waar = gemeente()
    dicht = {"open": False, "tot": None, "opent_tijd": None}
    fields = {
        "antwoord": antwoord,
        "nieuw_onderwerp": nieuw_onderwerp,
        "mens_eerst": False,
        "ingekort": False,
        "tweede": None,
        "telefoon": dicht,
        "balie": dicht,
    }
    return render(responses["utter_antwoord"][0]["text"], {**waarden(waar, {}), "gemeente": waar, **fields})


def test_a_product_with_its_own_number_is_called_there() -> None:
    antwoord = composed(Regelen(soort="bellen", telefoon="0800 - 0543"))
    assert antwoord.telefoon == "0800 - 0543"
    assert "Bel 0800 - 0543, of [lees meer op onze website]" in shown(antwoord)
    assert "14 088" not in shown(antwoord)


def test_without_a_number_of_its_own_the_municipality_is_called() -> None:
    antwoord = composed(Regelen(soort="bellen"))
    assert antwoord.telefoon == ""
    assert "Bel 14 088, of [lees meer op onze website]" in shown(antwoord)


def test_the_number_may_differ_per_municipality() -> None:
    regelen = Regelen(soort="bellen", telefoon="{{ regel.nummer_wijkteam }}")
    waar = gemeente(regel={"nummer_wijkteam": "0990 - 1"})
    assert composed(regelen, waar=waar).telefoon == "0990 - 1"
    with pytest.raises(ContentError, match="geen waarde"):
        composed(regelen)


def test_the_number_goes_with_every_aspect() -> None:
    regelen = Regelen(soort="bellen", telefoon="0800 - 0543")
    for aspect in (None, HEEL_ANTWOORD, "kosten", "contact"):
        assert "Bel 0800 - 0543" in shown(composed(regelen, aspect))


def test_the_first_answer_on_a_sensitive_product_opens_with_care() -> None:
    regelen = Regelen(soort="bellen")
    care = "U hoeft dit niet alleen uit te zoeken."
    assert care in shown(composed(regelen, gevoelig=True), nieuw_onderwerp=True)
    assert care in shown(composed(regelen, "kosten", gevoelig=True), nieuw_onderwerp=True)
    assert care not in shown(composed(regelen, "kosten", gevoelig=True), nieuw_onderwerp=False)
    assert care not in shown(composed(regelen), nieuw_onderwerp=True)
