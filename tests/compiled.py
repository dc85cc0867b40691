"""What each site and each engine compiles anew, compiled once for all tests of a process.

Tests make hundreds of sites with the same rules and hundreds of engines for the same statements.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

_MOST_STATEMENTS = 5000


@contextmanager
def compiled_once() -> Iterator[None]:
    """Keep what is compiled of rules and of statements while tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", _kept_builders(Rule._compile_builder))
        statements = _Statements()
        # What an engine brings of its own is set aside.
        shared = property(lambda _engine: statements, lambda _engine, _own: None)
        patch.setattr(sa.Engine, "_compiled_cache", shared, raising=False)
        yield


def _kept_builders(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """Keep the functions that build addresses: rules that read the same have the same."""
    kept: dict[Any, Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        defaults = tuple((rule.defaults or {}).items())
        key = (rule.rule, tuple(rule._trace), defaults, append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    return builder


class _Statements:
    """Compiled statements of all engines, by the kind of database instead of the one engine."""

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(_MOST_STATEMENTS)

    def get(self, key: tuple[Any, ...]) -> Any:
        return self._kept.get((type(key[0]), *key[1:]))

    def __setitem__(self, key: tuple[Any, ...], statement: Any) -> None:
        self._kept[(type(key[0]), *key[1:])] = statement
