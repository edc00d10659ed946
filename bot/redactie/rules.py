"""Who else is needed, and what the gate must have said, before a text may go live. Decisions only; nothing is changed here."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from bot.catalog.gemeente import Gemeenten, Redactie
from bot.catalog.tables import CENTRAAL
from bot.redactie.roles import Recht, may
from bot.redactie.standing import changed_since
from bot.redactie.values import Concept, Poort, PoortGeweigerd, Redacteur, RedactieError, digest


def settings(gemeenten: Gemeenten, gemeente: str) -> Redactie:
    """How the editors of a municipality want to work. For the central texts: what any municipality wants.

    Raises UnknownGemeente.
    """
    if gemeente != CENTRAAL:
        return gemeenten[gemeente].redactie
    return Redactie(
        vier_ogen=any(one.redactie.vier_ogen for one in gemeenten),
        verlies_tweede_persoon=any(one.redactie.verlies_tweede_persoon for one in gemeenten),
    )


def may_publish(
    gemeenten: Gemeenten, concept: Concept, wie: Redacteur, poort: Poort | None = None, *, spoed: bool = False
) -> str | None:
    """None when this editor may publish the draft; otherwise why not, as a sentence for the page."""
    if not may(wie.rollen, Recht.PUBLICEREN, concept.gemeente):
        return "Alleen een eindredacteur kan deze tekst publiceren."
    return second_person(settings(gemeenten, concept.gemeente), concept, wie, poort, spoed=spoed)


def second_person(
    wanted: Redactie, concept: Concept, wie: Redacteur, poort: Poort | None, *, spoed: bool = False
) -> str | None:
    """None when no second person is needed (any more); otherwise why, as a sentence.

    An urgent correction may be done alone; it leaves a task for somebody else.
    """
    if spoed or wie.id != concept.laatst_door_id:
        return None
    approved = concept.goedgekeurd_door_id not in (None, concept.laatst_door_id)
    if wanted.vier_ogen and not approved:
        return "U schreef deze tekst het laatst. Laat een andere eindredacteur hem goedkeuren of publiceren."
    lost = {digest(one.vraag) for one in poort.verloren} if poort else set()
    if wanted.verlies_tweede_persoon and lost and not (approved and lost <= set(concept.goedgekeurd_verlies)):
        return "Bekende vragen verliezen hun antwoord. Laat een andere eindredacteur dat beoordelen."
    return None


def require_gate(connection: Connection, concept: Concept, poort: Poort) -> None:
    """Raises PoortGeweigerd unless the gate was run on this text and this catalogue, and a loss is accepted with a reason."""
    if poort.tekst_digest != digest(concept.tekst):
        raise PoortGeweigerd("De poort is gedraaid op een andere tekst. Draai hem opnieuw.")
    if changed_since(connection, concept.gemeente, poort.revisie):
        raise PoortGeweigerd("Er zijn intussen andere teksten of woorden gewijzigd. Draai de poort opnieuw.")
    if poort.verloren and not poort.reden.strip():
        raise PoortGeweigerd(
            f"{len(poort.verloren)} bekende vragen verliezen hun antwoord. Geef een reden waarom dat goed is, of pas de tekst aan."
        )


def require_reason(reden: str) -> str:
    """The reason without spaces around it. Raises RedactieError when there is none."""
    if not reden.strip():
        raise RedactieError("Geef een reden.")
    return reden.strip()
