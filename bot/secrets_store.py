"""Secrets of connections, per municipality: one file each, as Docker and Kubernetes hand them over. Never in a settings file."""

from __future__ import annotations

from bot.errors import SettingError
from bot.settings import Settings


def secret_for(settings: Settings, gemeente: str, naam: str) -> str:
    """The secret in `<secrets_dir>/<gemeente>.<naam>`, without white space around it. Raises SettingError when there is none."""
    path = settings.path(settings.secrets_dir) / f"{gemeente}.{naam}"
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"Het geheim {path} kan niet worden gelezen ({type(error).__name__}).") from error
    if not found:
        raise SettingError(f"Het geheim {path} is leeg.")
    return found
