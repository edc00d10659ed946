"""Words that editors give a concept: live, with history and undo, and never in two groups."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from bot.catalog import live_thesaurus, store
from bot.catalog.live import LiveCatalog
from bot.catalog.thesaurus import THESAURUS, Groep, read_thesaurus
from bot.errors import ContentError

NOOR = {"auteur": "noor", "reden": "zo zeggen ze het hier"}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def catalog(database: Engine) -> LiveCatalog:
    return LiveCatalog(database, Clock())


def test_an_addition_is_live_at_the_next_look(database: Engine) -> None:
    live = catalog(database)
    before = live.refresh()
    assert live_thesaurus.put(database, ["zzkaart", "ZZ  Pasje "], **NOOR) == 1
    assert live.refresh() > before
    assert live.groepen() == (Groep(("zzkaart", "zz pasje")),)
    assert live.groepen("molendam") == live.groepen()
    assert not live.has_own("molendam")


def test_a_municipality_has_words_of_its_own(database: Engine) -> None:
    live = catalog(database)
    live_thesaurus.put(database, ["zzkaart", "zzpasje"], **NOOR)
    live_thesaurus.put(database, ["zzkaart", "zzstadspas"], gemeente="molendam", **NOOR)
    live.refresh()
    assert live.groepen("molendam") == (Groep(("zzkaart", "zzpasje")), Groep(("zzkaart", "zzstadspas")))
    assert live.groepen("voorbeeldstad") == (Groep(("zzkaart", "zzpasje")),)
    assert live.has_own("molendam")
    assert not live.has_own("voorbeeldstad")


def test_an_addition_is_changed_taken_back_and_undone(database: Engine) -> None:
    live = catalog(database)
    live_thesaurus.put(database, ["zzkaart", "zzpasje"], **NOOR)
    live_thesaurus.put(database, ["zzkaart", "zzpasje", "zzding"], **NOOR)
    live.refresh()
    assert live.groepen()[0].alle == ("zzkaart", "zzpasje", "zzding")
    live_thesaurus.undo(database, "zzkaart", **NOOR)
    live.refresh()
    assert live.groepen()[0].alle == ("zzkaart", "zzpasje")
    live_thesaurus.take_back(database, "zzkaart", **NOOR)
    live.refresh()
    assert live.groepen() == ()
    with pytest.raises(KeyError):
        live_thesaurus.take_back(database, "zzkaart", **NOOR)
    live_thesaurus.undo(database, "zzkaart", **NOOR)
    live.refresh()
    assert live.groepen()[0].alle == ("zzkaart", "zzpasje")
    versions = live_thesaurus.history(database, "zzkaart")
    assert [(one.versie, one.actief) for one in versions] == [(5, True), (4, False), (3, True), (2, True), (1, True)]
    assert {(one.auteur, one.reden) for one in versions} == {("noor", "zo zeggen ze het hier")}
    (now,) = live_thesaurus.additions(database)
    assert (now.versie, now.actief) == (5, True)


def test_undoing_the_first_addition_takes_it_back(database: Engine) -> None:
    live_thesaurus.put(database, ["zzkaart", "zzpasje"], **NOOR)
    live_thesaurus.undo(database, "zzkaart", **NOOR)
    assert [one.actief for one in live_thesaurus.additions(database)] == [False]
    with pytest.raises(KeyError):
        live_thesaurus.undo(database, "zzkaart", gemeente="molendam", **NOOR)


def test_a_word_is_in_one_group(database: Engine) -> None:
    live_thesaurus.put(database, ["zzkaart", "zzpasje"], gemeente="molendam", **NOOR)
    # Another municipality may say it otherwise; centrally it would be in two groups at Molendam.
    live_thesaurus.put(database, ["zzbewijs", "zzpasje"], gemeente="voorbeeldstad", **NOOR)
    with pytest.raises(ContentError, match='"zzpasje" staat al bij "zzkaart"'):
        live_thesaurus.put(database, ["zzanders", "zzpasje"], gemeente="molendam", **NOOR)
    with pytest.raises(ContentError, match="staat al bij"):
        live_thesaurus.put(database, ["zzanders", "zzpasje"], **NOOR)


def test_what_stands_in_the_file_stays_where_it_is(database: Engine) -> None:
    one, other = (groep for groep in read_thesaurus(THESAURUS)[:2])
    assert live_thesaurus.put(database, [one.begrip, "zzwoord"], **NOOR) == 1
    with pytest.raises(ContentError, match=f'staat al bij "{other.begrip}"'):
        live_thesaurus.put(database, [one.begrip, other.alle[1]], **NOOR)
    assert live_thesaurus.group_of(one.alle[1].upper()) == one.alle
    assert live_thesaurus.group_of("zzwoord") == ()


@pytest.mark.parametrize(
    "woorden", [[], ["zzkaart"], ["zzkaart", " ZZKAART"], ["zzkaart", "?!"], ["zzkaart", "z" * 81]]
)
def test_what_is_no_group_is_refused_and_changes_nothing(database: Engine, woorden: list[str]) -> None:
    before = store.revision(database)
    with pytest.raises(ContentError):
        live_thesaurus.put(database, woorden, **NOOR)
    assert live_thesaurus.additions(database) == []
    assert store.revision(database) == before


def test_words_as_they_would_be(database: Engine) -> None:
    live = catalog(database)
    live_thesaurus.put(database, ["zzkaart", "zzpasje"], **NOOR)
    live.refresh()
    with_more = live.groepen("molendam", {("zzbewijs", "molendam"): Groep(("zzbewijs", "zzbrief"))})
    assert [groep.begrip for groep in with_more] == ["zzkaart", "zzbewijs"]
    assert live.groepen("molendam", {("zzkaart", ""): None}) == ()
    assert len(live.groepen("molendam")) == 1
