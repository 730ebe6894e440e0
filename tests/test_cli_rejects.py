"""Names of the files for rejected records."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from cx.cli.rejected import file_name
from cx.warehouse.loads import RejectedFile

names = st.text(max_size=300) | st.sampled_from(["export.csv", "export csv", "長" * 200])


@given(st.lists(st.tuples(names, names), max_size=5))
def test_no_two_files_have_the_same_name_and_every_disk_takes_it(places: list[tuple[str, str]]) -> None:
    made = [file_name(number, RejectedFile("l", datetime(2026, 1, 1, tzinfo=UTC), source, "", file, (), 1, ""))
            for number, (source, file) in enumerate(places, start=1)]
    assert len({name.casefold() for name in made}) == len(places)
    for name in made:
        assert len(name) <= 100
        assert len(name.encode()) <= 255
        assert name.endswith(".rejects.csv")
        assert not set(name) & set('/\\:*?"<>|[]\0\n')
