"""The codes of what can look wrong though every rule is kept: for `confirmed` in a mapping file, and `--confirm`."""

LOW_SCORES = "low_scores"
HIGH_SCORES = "high_scores"
ONE_DAY = "one_day"
NO_RECORDS = "no_records"
OTHER_SOURCE = "other_source"
OTHER_ZONE = "other_zone"
SIMILAR_UNIT = "similar_unit"
REPLACED_CHARACTERS = "replaced_characters"
TRUNCATED = "truncated"
"""A file that broke off in the middle of its last record."""
DOUBT_CODES = (LOW_SCORES, HIGH_SCORES, OTHER_SOURCE, OTHER_ZONE, NO_RECORDS, ONE_DAY, SIMILAR_UNIT,
               REPLACED_CHARACTERS, TRUNCATED)
