"""The project's errors, named by what the person who meets them can do now.

    VraagbaakError
    ├── ContentError      a product file or gemeenten/*.yml is wrong: mend the file
    ├── UnknownGemeente   no such municipality in this installation: choose another id
    ├── SettingError      a VRAAGBAAK_* setting is wrong: mend the environment
    └── StartError        this machine cannot start it: free the port, the disk, ...

Messages name the file, the place in it and the remedy. They never hold a resident's words.
"""

from __future__ import annotations


class VraagbaakError(Exception):
    """Base of all errors that carry a message fit for an operator."""


class ContentError(VraagbaakError):
    """A content file cannot be used. `where` is a path, with a line or field where known."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


class UnknownGemeente(VraagbaakError):
    """The asked municipality is not served by this installation."""

    def __init__(self, gemeente: str, known: tuple[str, ...]) -> None:
        super().__init__(f"Onbekende gemeente. Bekend zijn: {', '.join(known)}.")
        self.gemeente = gemeente
        self.known = known


class SettingError(VraagbaakError):
    """A setting has a value that cannot be used."""


class StartError(VraagbaakError):
    """Something on this machine stands in the way of starting."""
