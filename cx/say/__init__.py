"""Result → words: the reader's language, numbers, the glossary, verdicts. Knows no database and no page."""
