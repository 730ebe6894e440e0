"""Who may see what: the one place that decides it. Every query is bound to a scope; no scope, no rows."""

from __future__ import annotations

from dataclasses import dataclass

from cx.settings import Settings


@dataclass(frozen=True)
class Scope:
    """The units that somebody may see, with everything below them; None means every unit."""

    units: frozenset[str] | None

    @property
    def key(self) -> str:
        """A text that is equal exactly for equal scopes, for cache keys."""
        return "all" if self.units is None else "|".join(sorted(self.units))


def authorize(settings: Settings) -> Scope:
    """The scope of whoever asks.

    With sign-in off everybody on this machine sees all units, and the server answers on this machine only
    (`cx.ui.server` refuses anything else). Whoever is not known sees nothing.
    """
    return {"off": Scope(units=None)}.get(settings.sign_in, Scope(units=frozenset()))
