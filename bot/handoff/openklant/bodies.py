"""What is sent to Open Klant: a request in the shapes of the API. No I/O.

Where what goes: a name in the betrokkene, phone and e-mail in a digitaal adres, the resident's own words in the
klantcontact. `gevraagdeHandeling` and `toelichting` of the internetaak hold fixed words only, because Open Klant sends
both to every subscriber of its notifications.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from bot.handoff.openklant.rules import clean, email_for, phone_for, shorten
from bot.handoff.openklant.values import ActorVerwijzing, OpenKlantConfig, SoortAdres, Verzoek
from bot.handoff.openklant.versions import Dialect

Body = dict[str, Any]

MAX_ONDERWERP, MAX_INHOUD, MAX_NAAM, MAX_METADATA = 200, 1000, 200, 100
"""Characters. Values of `metadata` may be longer from Open Klant 2.18."""
BRON = "vraagbaak"


def reference_line(referentienummer: str) -> str:
    """Last line of `inhoud` where a version keeps no reference: for employees, and for finding the klantcontact again."""
    return f"Referentie: {referentienummer}"


def maak_klantcontact(verzoek: Verzoek, config: OpenKlantConfig, spoken: Dialect) -> Body:
    """For `maak-klantcontact`: klantcontact, betrokkene and onderwerpobject in one transaction."""
    body = {"klantcontact": _klantcontact(verzoek, config, spoken), "betrokkene": _betrokkene(verzoek, spoken)}
    if verzoek.zaak_uuid:
        body["onderwerpobject"] = _onderwerpobject(verzoek, config, spoken)
    return body


def betrokkene(verzoek: Verzoek, klantcontact: str, spoken: Dialect) -> Body:
    """For `betrokkenen`."""
    return {"hadKlantcontact": {"uuid": klantcontact}, **_betrokkene(verzoek, spoken)}


def onderwerpobject(verzoek: Verzoek, config: OpenKlantConfig, klantcontact: str, spoken: Dialect) -> Body:
    """For `onderwerpobjecten`."""
    return {"klantcontact": {"uuid": klantcontact}, **_onderwerpobject(verzoek, config, spoken)}


def addresses(verzoek: Verzoek, spoken: Dialect) -> dict[SoortAdres, str]:
    """Phone and e-mail as Open Klant takes them. Raises Refused."""
    found: dict[SoortAdres, str] = {}
    if verzoek.telefoon:
        found["telefoonnummer"] = phone_for(verzoek.telefoon, spoken)
    if verzoek.email:
        found["email"] = email_for(verzoek.email)
    return found


def digitaal_adres(soort: SoortAdres, adres: str, betrokkene: str, spoken: Dialect) -> Body:
    """For `digitaleadressen`."""
    body: Body = {
        "verstrektDoorBetrokkene": {"uuid": betrokkene},
        "adres": adres,
        "soortDigitaalAdres": soort,
        "omschrijving": soort,
    }
    return {**body, "verstrektDoorPartij": None} if spoken.wants_nulls else body


def actor(verwijzing: ActorVerwijzing) -> Body:
    """For `actoren`."""
    assert verwijzing.identificator is not None, "een vaste actor wordt niet gemaakt"
    body: Body = {
        "naam": verwijzing.naam,
        "soortActor": verwijzing.soort,
        "indicatieActief": True,
        "actoridentificator": verwijzing.identificator.as_json(),
    }
    return {**body, "actorIdentificatie": {"functie": verwijzing.functie}} if verwijzing.functie else body


def actorklantcontact(actor: str, klantcontact: str) -> Body:
    """For `actorklantcontacten`."""
    return {"actor": {"uuid": actor}, "klantcontact": {"uuid": klantcontact}}


def internetaak(verzoek: Verzoek, config: OpenKlantConfig, klantcontact: str, afdeling: str, spoken: Dialect) -> Body:
    """For `internetaken`. The reference makes that two attempts that cross give one task: it is unique."""
    body: Body = {
        "aanleidinggevendKlantcontact": {"uuid": klantcontact},
        "gevraagdeHandeling": config.handeling,
        "toelichting": config.toelichting,
        "status": "te_verwerken",
        "toegewezenAanActoren": [{"uuid": afdeling}],
    }
    return {**body, "referentienummer": verzoek.referentienummer} if spoken.takes_reference else body


def _klantcontact(verzoek: Verzoek, config: OpenKlantConfig, spoken: Dialect) -> Body:
    body: Body = {
        "kanaal": config.kanaal,
        "onderwerp": shorten(clean(verzoek.onderwerp), MAX_ONDERWERP) or "Terugbelverzoek",
        "inhoud": _inhoud(verzoek, spoken),
        "taal": verzoek.taal,
        "vertrouwelijk": False,
        "plaatsgevondenOp": verzoek.geplaatst_op.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    if spoken.takes_reference:
        body["referentienummer"] = verzoek.referentienummer
        body["metadata"] = {"bron": BRON, "gesprek": shorten(clean(verzoek.gesprek) or "-", MAX_METADATA)}
    return body


def _inhoud(verzoek: Verzoek, spoken: Dialect) -> str:
    """The question, when to call, and where needed the reference; of these only the question may be cut."""
    wanneer = clean(verzoek.wanneer)
    lines = [f"Terugbellen: {shorten(wanneer, MAX_INHOUD // 2)}"] if wanneer else []
    if spoken.reference_in_text:
        lines.append(reference_line(verzoek.referentienummer))
    tail = "\n".join(lines)
    question = clean(verzoek.inhoud)
    if not tail or not question:
        return tail or shorten(question, MAX_INHOUD)
    return f"{shorten(question, MAX_INHOUD - len(tail) - 2)}\n\n{tail}"


def _betrokkene(verzoek: Verzoek, spoken: Dialect) -> Body:
    body: Body = {
        "rol": "klant",
        "initiator": True,
        "organisatienaam": "",
        # A whole name in one field shows well everywhere; taking names apart goes wrong with every third one.
        "contactnaam": {
            "voorletters": "",
            "voornaam": "",
            "voorvoegselAchternaam": "",
            "achternaam": shorten(clean(verzoek.naam), MAX_NAAM),
        },
    }
    return {**body, "wasPartij": None} if spoken.wants_nulls else body


def _onderwerpobject(verzoek: Verzoek, config: OpenKlantConfig, spoken: Dialect) -> Body:
    codes = config.zaak
    body: Body = {
        "onderwerpobjectidentificator": {
            "objectId": verzoek.zaak_uuid,
            "codeObjecttype": codes.code_objecttype,
            "codeRegister": codes.code_register,
            "codeSoortObjectId": codes.code_soort_object_id,
        }
    }
    return {**body, "wasKlantcontact": None} if spoken.wants_nulls else body
