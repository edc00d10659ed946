"""Who may do what: pure functions over (municipality, role) pairs.

A role is for one municipality, or for the central texts (""). The only one that reaches further is the central beheerder,
because somebody must make a municipality's first one. A beheerder does not publish by that role.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from bot.catalog.tables import CENTRAAL
from bot.redactie.values import NietToegestaan, Redacteur

REDACTEUR, EINDREDACTEUR, BEHEERDER = "redacteur", "eindredacteur", "beheerder"
ROLLEN = (REDACTEUR, EINDREDACTEUR, BEHEERDER)
"""The editors' roles; `medewerker` is one of the desk and means nothing here."""


class Recht(StrEnum):
    """What a role may allow."""

    LEZEN = "lezen"
    """Texts, drafts and their history."""
    SCHRIJVEN = "schrijven"
    PUBLICEREN = "publiceren"
    POSTVAK = "postvak"
    """Questions of residents that went wrong: for who works for that municipality alone."""
    TOETSVRAGEN = "toetsvragen"
    SPOOR = "spoor"
    """The audit trail."""
    BEHEREN = "beheren"
    """Accounts and settings."""


_BY_ROLE: dict[str, frozenset[Recht]] = {
    REDACTEUR: frozenset({Recht.LEZEN, Recht.SCHRIJVEN, Recht.POSTVAK, Recht.TOETSVRAGEN}),
    EINDREDACTEUR: frozenset(set(Recht) - {Recht.BEHEREN}),
    BEHEERDER: frozenset({Recht.LEZEN, Recht.SPOOR, Recht.BEHEREN}),
}
_OVERAL = frozenset({Recht.SPOOR, Recht.BEHEREN})
"""What the central beheerder may in every municipality."""


def may(rollen: Collection[tuple[str, str]], recht: Recht, gemeente: str) -> bool:
    """Whether these roles allow something on the texts of `gemeente` (CENTRAAL: the central ones)."""
    if any(owner == gemeente and recht in _BY_ROLE.get(rol, ()) for owner, rol in rollen):
        return True
    return recht in _OVERAL and (CENTRAAL, BEHEERDER) in rollen


def is_editor(rollen: Collection[tuple[str, str]]) -> bool:
    """Whether any of the roles is an editor's."""
    return any(rol in ROLLEN for _, rol in rollen)


def places(rollen: Collection[tuple[str, str]], recht: Recht, gemeenten: Collection[str]) -> tuple[str, ...]:
    """Where these roles allow something: CENTRAAL first, then municipalities by id."""
    return tuple(place for place in (CENTRAAL, *sorted(gemeenten)) if may(rollen, recht, place))


def require(wie: Redacteur, recht: Recht, gemeente: str) -> None:
    """Raises NietToegestaan when the editor's roles do not allow it."""
    if not may(wie.rollen, recht, gemeente):
        place = "de centrale teksten" if gemeente == CENTRAAL else f"gemeente {gemeente}"
        raise NietToegestaan(f"Uw rol laat dit niet toe voor {place}. Vraag het aan een beheerder.")
