"""What the versions of the Klantinteracties API want of a client.

Source: the source and the API documents of Open Klant 2.4 up to and including 2.18, compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Versie = tuple[int, int, int]
"""Version of the API, as in the header `API-version`: (0, 9, 0) is Open Klant 2.18."""

OUDSTE: Versie = (0, 0, 3)
"""Open Klant 2.4, the first with `maak-klantcontact`. Versions 2.3 and 2.4 both call themselves 0.0.3."""
_OPTIONAL_RELATIONS: Versie = (0, 2, 0)  # 2.8
_088_REFUSED: Versie = (0, 4, 1)  # 2.13
_REFERENCE: Versie = (0, 7, 0)  # 2.16
_088_ALLOWED: Versie = (0, 8, 0)  # 2.17


@dataclass(frozen=True)
class Dialect:
    """How to speak to one version."""

    takes_reference: bool
    """Whether `referentienummer` and `metadata` may be sent, and a klantcontact looked up by the first."""
    reference_in_text: bool
    """Whether the reference must be in `inhoud`, because it may be kept nowhere else."""
    wants_nulls: bool
    """Whether relations that do not exist must be sent as null."""
    refuses_088: bool
    """Whether a phone number may not begin with 088."""


def read_version(header: str | None) -> Versie | None:
    """The version in an `API-version` header; None when there is none, or it is none."""
    found = re.match(r"\s*(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", header or "", re.ASCII)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def dialect(versie: Versie | None) -> Dialect:
    """How to speak to a version. None is unknown, because something takes the header away: what works everywhere."""
    if versie is None:
        return Dialect(takes_reference=True, reference_in_text=True, wants_nulls=True, refuses_088=False)
    return Dialect(
        takes_reference=versie >= _REFERENCE,
        reference_in_text=versie < _REFERENCE,
        wants_nulls=versie < _OPTIONAL_RELATIONS,
        refuses_088=_088_REFUSED <= versie < _088_ALLOWED,
    )
