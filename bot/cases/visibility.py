"""Which cases residents may see at all. What may not be shown does not exist for them, whoever asks.

The rules are those of ZGW practice: the organisation, the level of confidentiality, cases that were begun from
outside, cases with a status, and no cases that went to the archive (Archiefwet).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from bot.cases.values import VERTROUWELIJKHEID, Zaaktype, ZgwConfig


class Verborgen(Enum):
    """Why a case is not shown; for operators only."""

    ANDERE_ORGANISATIE = "andere_organisatie"
    VERTROUWELIJK = "vertrouwelijk"
    GEARCHIVEERD = "gearchiveerd"
    ZONDER_STATUS = "zonder_status"
    ZAAKTYPE_ONLEESBAAR = "zaaktype_onleesbaar"
    ZAAKTYPE_INTERN = "zaaktype_intern"


def hides_case(config: ZgwConfig, record: Mapping[str, Any]) -> Verborgen | None:
    """Why a case, as the register sent it, is not shown; None when it may be. Looked at again here, whatever the
    register filtered on: not all of them filter well.
    """
    if config.bronorganisaties and record.get("bronorganisatie") not in config.bronorganisaties:
        return Verborgen.ANDERE_ORGANISATIE
    level = record.get("vertrouwelijkheidaanduiding")
    if level not in VERTROUWELIJKHEID or _rank(level) > _rank(config.max_vertrouwelijkheid):
        return Verborgen.VERTROUWELIJK
    if record.get("archiefstatus") not in (None, "", "nog_te_archiveren"):
        return Verborgen.GEARCHIVEERD
    if not record.get("status") and not config.show_without_status:
        return Verborgen.ZONDER_STATUS
    return None


def hides_type(zaaktype: Zaaktype | None) -> Verborgen | None:
    """Why cases of a type are not shown; `zaaktype` is None when it could not be read."""
    if zaaktype is None:
        return Verborgen.ZAAKTYPE_ONLEESBAAR
    return None if zaaktype.extern else Verborgen.ZAAKTYPE_INTERN


def _rank(level: str) -> int:
    return VERTROUWELIJKHEID.index(level)
