"""A municipality's own test questions: the gate asks them with every change."""

from __future__ import annotations

from bot.redactie import toetsvragen
from bot.redactie.roles import Recht
from bot.web.redactie import texts
from bot.web.redactie.common import Answer, Call, Page, Redirect, Refused

VRAAG = 500
BESTAND = 1_000_000


def questions_page(call: Call) -> Answer:
    """GET …/toetsvragen."""
    return _show(call)


def change(call: Call) -> Answer:
    """POST …/toetsvragen: one more, one less, or a whole table."""
    doe = call.field("doe", 20)
    if doe == "weg":
        toetsvragen.remove(call.engine, call.number("id"), call.redacteur)
        return Redirect(call.url("toetsvragen", gedaan="vraag_weg"))
    if doe == "bestand":
        return _table(call)
    vraag = call.needed("vraag", "de vraag", VRAAG)
    product = call.field("product", 80).strip()
    if product and product not in texts.names(call):
        raise Refused(400, "Kies een product uit de lijst, of laat het leeg.")
    toetsvragen.add(call.engine, call.gemeente, vraag, product or None, call.redacteur)
    return Redirect(call.url("toetsvragen", gedaan="vraag_erbij"))


def _table(call: Call) -> Answer:
    upload = call.files.get("bestand")
    if upload is None or not upload.inhoud:
        raise Refused(400, "Kies eerst een bestand.")
    if len(upload.inhoud) > BESTAND:
        raise Refused(413, "Het bestand is te groot. Gebruik hoogstens 1 MB.")
    try:
        tekst = upload.inhoud.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(400, "Het bestand is geen UTF-8. Bewaar het als CSV UTF-8.") from error
    lezing = toetsvragen.read_csv(tekst, set(texts.names(call)))
    if lezing.fouten:
        # All or nothing: half a table is worse than none.
        return _show(call, fouten=lezing.fouten, status=400)
    toetsvragen.add_all(call.engine, call.gemeente, lezing.vragen, call.redacteur)
    return Redirect(call.url("toetsvragen", gedaan="vragen_erbij"))


def _show(call: Call, fouten: object = (), status: int = 200) -> Answer:
    namen = texts.names(call)
    return Page(
        "toetsvragen.html",
        {
            "vragen": toetsvragen.listing(call.engine, call.gemeente),
            "fouten": fouten,
            "namen": namen,
            "producten": sorted(namen.items(), key=lambda one: one[1].lower()),
            "mag_wijzigen": call.mag(Recht.TOETSVRAGEN),
        },
        status,
    )
