"""The report on how texts read."""

from __future__ import annotations

from bot.catalog.readability_report import readability_report
from tests.builders import product


def test_the_report_counts_every_text_and_names_the_hardest_first() -> None:
    report = readability_report([(72.0, product("makkelijk")), (31.0, product("moeilijk")), (74.0, product("ook"))])
    assert "3 teksten: laagste 31, mediaan 72, hoogste 74; 1 onder 45." in report
    assert report.index("`moeilijk`") < report.index("`makkelijk`")
    assert " 70-74  " in report and " 30-34  " in report
