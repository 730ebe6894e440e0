"""Every default once: name, value, meaning. Set by environment (`CX_HOME=…`) or by `cx.toml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PROJECT_FOLDER = Path(__file__).resolve().parent.parent

# Names that a system may have for files that are no zone of any place, or only of this machine.
_NO_ZONES = ("localtime", "posixrules", "Factory")

LanguageCode = Literal["en", "zh_Hant", "zh_Hans"]


class Settings(BaseSettings):
    """All settings of the product. The environment wins over `cx.toml`, `cx.toml` over the default."""

    model_config = SettingsConfigDict(
        env_prefix="CX_", frozen=True, extra="forbid", toml_file=PROJECT_FOLDER / "cx.toml"
    )

    home: Path = Field(
        default=PROJECT_FOLDER / "data" / "home",
        description="Folder of everything that the product keeps: snapshots, CURRENT, lock.",
    )
    language: LanguageCode = Field(
        default="en", description="Language of a first visit; the page has a control to change it."
    )
    time_zone: str = Field(
        default="UTC", description="Time zone of the report: a month is a calendar month there."
    )
    address: str = Field(
        default="127.0.0.1",
        description="Address the server listens on. With sign-in off only this machine's own.",
    )
    port: int = Field(default=8501, ge=1, le=65535, description="Port the server listens on.")
    sign_in: Literal["off"] = Field(
        default="off",
        description="Who may look. off: all units, on this machine only.",
    )
    privacy_min_answers: int = Field(
        default=5, ge=1, description="Figures from fewer answers are never shown, also not by subtraction."
    )
    figure_min_answers: int = Field(
        default=10, ge=1, description="Fewer answers: the number of answers, no figure."
    )
    firm_min_answers: int = Field(
        default=30, ge=1, description="Fewer answers: greyed figure with its interval, no verdict."
    )
    smallest_change_pts: float = Field(
        default=3.0, ge=0, description="Smallest change of NPS, in points, that anyone would act on."
    )
    query_memory: str = Field(default="2GB", description="Memory limit of the page connection.")
    query_threads: int = Field(
        default=1, ge=1, description="Threads of a page's query. Pages read counts: more only wait for each other."
    )
    query_max_ms: int = Field(
        default=20_000, ge=1, description="A query that takes longer is stopped, in milliseconds."
    )
    load_memory: str = Field(
        default="2.5GB",
        pattern=r"^[0-9]+(\.[0-9]+)?[MG]B$",
        description="Memory of the process that reads and loads files; with more, a large load writes less to disk.",
    )
    load_max_s: int = Field(
        default=7_200, ge=1, description="A load that takes longer is stopped, in seconds; nothing is changed then."
    )
    upload_max_mb: int = Field(
        default=500, ge=1, description="Largest file that the pages take, in megabytes; the command line has no limit."
    )

    @property
    def load_database_memory(self) -> str:
        """Memory of the database in the process that loads: half of what the process may use, in megabytes."""
        number, unit = self.load_memory[:-2], self.load_memory[-2:]
        return f"{float(number) * {'MB': 1, 'GB': 1000}[unit] / 2:.0f}MB"

    @field_validator("time_zone")
    @classmethod
    def _time_zone_exists(cls, value: str) -> str:
        if not is_time_zone(value):
            raise ValueError(f"time_zone == {value!r}, must be an IANA name such as Asia/Taipei")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, the strongest first."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def is_time_zone(name: str) -> bool:
    """Whether a name is one of the IANA database that DuckDB knows too, such as Asia/Taipei."""
    if name in _NO_ZONES or name.startswith(("posix/", "right/")):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
