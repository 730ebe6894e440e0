"""Which drivers matter less or more than they did, in words."""

from __future__ import annotations

from datetime import date

from cx.say.numbers import formatter
from cx.say.translator import Translator
from cx.stats.driver_drift import DriverDrift
from cx.warehouse.drivers import Drifting


def drift_sentence(t: Translator, found: Drifting) -> str:
    """The drivers whose importance drifted, the largest first, with shares of what is explained; or that none did."""
    write, drifts = formatter(t.code), found.drifts
    names = {"early": _months(t, found.early), "late": _months(t, found.late), "n": write.count(drifts.n_before),
             "n_late": write.count(drifts.n_after)}
    drifted = sorted(((driver, name) for driver, name in zip(drifts.drivers, found.names, strict=True)
                      if driver.drifted), key=lambda one: -abs(one[0].after - one[0].before))
    if not drifted:
        return t("No rating became clearly more or less important for R-NPS between {early} (n = {n}) and {late} "
                 "(n = {n_late}).", **names)
    return t("What goes with R-NPS drifted between {early} (n = {n}) and {late} (n = {n_late}): {drivers}.", **names,
             drivers=write.listing(_one(t, name, driver) for driver, name in drifted))


def _one(t: Translator, name: str, driver: DriverDrift) -> str:
    write = formatter(t.code)
    said = {"driver": name, "before": write.percent(driver.before, 0), "after": write.percent(driver.after, 0),
            "interval": write.interval(driver.low, driver.high, 0)}
    if driver.after < driver.before:
        return t("“{driver}” counts less, from {before} to {after} of what ratings explain "
                 "(change {interval} percentage points)", **said)
    return t("“{driver}” counts more, from {before} to {after} of what ratings explain "
             "(change {interval} percentage points)", **said)


def _months(t: Translator, ends: tuple[date, date]) -> str:
    first, last = ends
    return formatter(t.code).month(first) if first == last else formatter(t.code).months(first, last)
