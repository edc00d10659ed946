"""What a check of a connection finds, told to the people who set it up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Niveau = Literal["goed", "let_op", "fout"]


@dataclass(frozen=True)
class Bevinding:
    """One thing that was looked at."""

    niveau: Niveau
    onderwerp: str
    """What it is about, for sorting and tests: `geheim`, `token`, `nummer`, `webhook`, `sjabloon`, `bericht`, ..."""
    tekst: str
    advies: str = ""
    """What to do; empty when all is well."""


@dataclass(frozen=True)
class Geheim:
    """A secret of the connection, or why there is none."""

    naam: str
    waarde: str = field(default="", repr=False)
    probleem: str = ""


@dataclass(frozen=True)
class Aansluiting:
    """All that makes a connection: what the municipality's file says, the secrets, and the address of our own webhook."""

    url: str
    versie: str
    phone_number_id: str
    nummer: str
    waba_id: str
    sjabloon: str
    token: Geheim
    app_secret: Geheim
    verify_token: Geheim
    webhook: str


def goed(onderwerp: str, tekst: str) -> Bevinding:
    """All is well."""
    return Bevinding("goed", onderwerp, tekst)


def let_op(onderwerp: str, tekst: str, advies: str) -> Bevinding:
    """It works, but."""
    return Bevinding("let_op", onderwerp, tekst, advies)


def fout(onderwerp: str, tekst: str, advies: str) -> Bevinding:
    """So it does not work, or is not safe."""
    return Bevinding("fout", onderwerp, tekst, advies)
