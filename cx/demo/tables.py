"""Arrays to contract tables: every column of the contract, in its order, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cx.contract.tables import TABLES
from cx.demo.calendar import Flags, Floats, Ints

Values: TypeAlias = "pa.Array | Sequence[str | None]"


def labels(codes: Ints, names: Sequence[str]) -> pa.Array:
    """The name of each code, null where the code is negative."""
    return pc.take(pa.array(names, pa.string()), pa.array(codes.astype(np.int32), mask=codes < 0))


def keys(prefix: str, numbers: Ints, digits: int = 6, known: Flags | None = None) -> pa.Array:
    """Keys such as `C000012`: the prefix and the number with leading zeros, null where not known."""
    text = pa.array(numbers + 10**digits, mask=None if known is None else ~known).cast(pa.string())
    return pc.binary_join_element_wise(prefix, pc.utf8_slice_codeunits(text, 1), "")


def whole(values: Ints, known: Flags | None = None) -> pa.Array:
    """Whole numbers in digits, null where not known."""
    return pa.array(values, pa.int64(), mask=None if known is None else ~known).cast(pa.string())


def decimal(values: Floats, places: int, known: Flags | None = None) -> pa.Array:
    """Numbers with a fixed number of decimals, null where not known."""
    scaled = np.rint(np.abs(values) * 10**places).astype(np.int64)
    digits = pa.array(scaled + 10 ** (places + 12), mask=None if known is None else ~known).cast(pa.string())
    front = pc.utf8_ltrim(pc.utf8_slice_codeunits(digits, 1, 13), characters="0")
    front = pc.if_else(pc.equal(front, ""), "0", front)
    sign = pa.array(np.where((values < 0) & (scaled > 0), "-", ""), pa.string())
    return pc.binary_join_element_wise(sign, front, pc.binary_join_element_wise(
        ".", pc.utf8_slice_codeunits(digits, 13), ""), "")


def flags(values: Flags) -> pa.Array:
    """`true` and `false`."""
    return pa.array(np.where(values, "true", "false"), pa.string())


def as_table(name: str, /, **columns: Values) -> pa.Table:
    """A table of the contract; ValueError when the columns given are not exactly those of the contract."""
    names = TABLES[name].column_names
    if set(columns) != set(names):
        raise ValueError(f"columns of {name} == {sorted(columns)}, must be {sorted(names)}")
    return pa.table({column: pa.array(columns[column], pa.string()) for column in names})
