"""One transaction at a time, again when another stood in the way, and the database's errors in the words of appointments."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from bot.appointments.errors import Unavailable, Uncertain

T = TypeVar("T")
POGINGEN = 8
_OPNIEUW = ("40001", "40P01")
"""PostgreSQL's codes for "another transaction was first" and "two wait on each other" (its appendix A)."""

_beurten: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
_beurten_lock = threading.Lock()


def read(engine: Engine, what: str, work: Callable[[Connection], T]) -> T:
    """What `work` finds. Raises Unavailable, and what `work` raises."""
    try:
        with engine.connect() as connection:
            return work(connection)
    except SQLAlchemyError as error:
        raise Unavailable(what, code=type(error).__name__, again=True) from error


def change(engine: Engine, what: str, work: Callable[[Connection], T], *, repeatable: bool = True) -> T:
    """Do `work` in one transaction: all of it or nothing; once more when another transaction was first.

    Args:
        repeatable: doing it twice is doing it once, so that it may be repeated when the connection broke while it was being
            made final.

    Raises:
        Unavailable: the database does not do it now; nothing was done.
        Uncertain: the connection broke while it was being made final, and nothing told how that ended.
    """
    lost = False
    for attempt in range(POGINGEN):
        final = False
        try:
            with _turn(engine), engine.begin() as connection:
                result = work(connection)
                final = True
            return result
        except IntegrityError:
            # Another took the same place, key or row since we looked: look again. If it persists it is our own mistake.
            if attempt + 1 == POGINGEN:
                raise
        except DBAPIError as error:
            lost = lost or (final and error.connection_invalidated)
            if lost and not repeatable:
                raise Uncertain(what, code=type(error).__name__) from error
            again = error.connection_invalidated or getattr(error.orig, "pgcode", None) in _OPNIEUW
            if not again or attempt + 1 == POGINGEN:
                raise (Uncertain if lost else Unavailable)(what, code=type(error).__name__) from error
        except SQLAlchemyError as error:
            raise (Uncertain if lost else Unavailable)(what, code=type(error).__name__) from error
        time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 (only so that two do not keep meeting)
    raise AssertionError("the last attempt returns or raises")


def _turn(engine: Engine) -> AbstractContextManager[object]:
    """On SQLite, one thread of this process writes at a time.

    SQLite itself lets whoever waits look again after ever longer pauses: with eight at work, one may wait until its time is
    up while newcomers go first. Other processes still meet on the file.
    """
    if engine.dialect.name != "sqlite":
        return nullcontext()
    with _beurten_lock:
        return _beurten.setdefault(engine, threading.Lock())
