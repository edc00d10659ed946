"""The thresholds of a municipality: its own where it set them, the project's defaults otherwise."""

from __future__ import annotations

from bot.catalog.gemeente import Drempels as EigenDrempels
from bot.search.decision import Drempels

STANDAARD = Drempels()


def thresholds_for(eigen: EigenDrempels, standaard: Drempels = STANDAARD) -> Drempels:
    """Merge a municipality's own thresholds with the defaults."""
    antwoord = standaard.antwoord if eigen.antwoord is None else eigen.antwoord
    return Drempels(
        antwoord=antwoord,
        gevoelig=max(antwoord, standaard.gevoelig if eigen.gevoelig is None else eigen.gevoelig),
        verduidelijking=standaard.verduidelijking if eigen.verduidelijking is None else eigen.verduidelijking,
        keuze=standaard.keuze,
    )
