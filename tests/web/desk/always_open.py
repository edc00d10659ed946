"""Municipalities in which employees chat day and night, so that no test depends on the clock on the wall."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import holidays
import yaml

from bot.catalog.gemeente import LANDELIJK
from bot.catalog.rooster import DAGEN
from bot.settings import ROOT


def always_open(folder: Path) -> str:
    """Copies of the sample municipalities in `folder`; its path, for the setting `gemeenten_dir`."""
    shutil.copytree(ROOT / "gemeenten", folder)
    days = holidays.country_holidays("NL", years=[date.today().year, date.today().year + 1], language="nl")
    for path in folder.glob("*.yml"):
        if path.stem == LANDELIJK:
            continue
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        tijden = content["openingstijden"]
        tijden["livechat"] = dict.fromkeys(DAGEN, "00:00-23:59")
        tijden["toch_open"] = sorted(set(days.values()))
        tijden.pop("sluitingen", None)
        tijden.pop("ook_dicht", None)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(folder)
