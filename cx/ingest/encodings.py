"""Encodings that a text file may be written in, ranked by how much the decoded text looks like a language.

Only a byte order mark or strict UTF-8 is certain; everything else is a candidate, and a person looks at the text.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cx.phrase import Phrase, phrase, phrase_n

BLOCK_BYTES = 1 << 20
# Of a file that is not UTF-8, the encoding is judged from this much of it.
MOST_BYTES = 16 << 20
MOST_LINES = 2_000
MOST_CANDIDATES = 4
# Stray bytes are offered to be escaped when they are at most this share of the bytes beyond ASCII.
MOST_STRAY = 0.05
# A candidate is shown when it is at least this plausible beside the best one.
LEAST_PLAUSIBLE = 0.3

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Encodings of one family differ in rare characters only; of each the one with the fewest stray bytes is a candidate.
_FAMILIES = (("utf-8",), ("gb18030",), ("big5", "cp950", "big5hkscs"), ("shift_jis", "cp932"), ("cp1252",), ("cp850",),
             ("mac_roman",))
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_STRAY = re.compile(r"[\udc80-\udcff]")
_ASCII = bytes(range(128))
_PUNCTUATION = frozenset("’‘“”„«»–—…€£¥§°·¿¡ªº®©™½¼¾²³µ×\u00a0、。，．：；！？「」『』（）《》〈〉【】～・ー")
_WITHIN_WORDS = frozenset("’-·\u00a0")
# The characters that make up about two thirds of any Chinese text, simplified and traditional.
_COMMON_CHINESE = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法"
    "学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外"
    "将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及"
    "比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区"
    "保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传"
    "师观清今切院让识候带导争运店味吃服务员菜价态环境位房车客早晚餐"
    "這個們來為國說時會對於著過發後裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問並應戰頭體見產話給門東聲論處義幾認條氣題爾別變總電"
    "數報結務場計資許統區隊決馬書則聽卻達強難權設記類據邊張該規萬覺術領傳師觀讓識帶導爭運價態環車員滿意很推薦朋友請謝")


@dataclass(frozen=True)
class EncodingCandidate:
    """An encoding that the file may be written in; `plausibility` from 0 to 1 says how much its text looks like one."""

    encoding: str
    certain: bool
    why: Phrase
    plausibility: float = 1.0
    stray_bytes: str = "refuse"


def encoding_candidates(path: Path) -> tuple[EncodingCandidate, ...]:
    """The encodings that a text file may be written in, best first: one if it is certain, else at most four."""
    with path.open("rb") as stream:
        start = stream.read(BLOCK_BYTES)
    for mark, encoding in _MARKS:
        if start.startswith(mark) and (encoding != "utf-8" or _is_utf_8(path)):
            return (EncodingCandidate(encoding, True, phrase("It begins with the mark of this encoding.")),)
    wide = _without_mark(start)
    if wide:
        return (EncodingCandidate(wide, False, phrase(
            "It has a zero byte in every character of ASCII, as this encoding has; it has no mark that says so.")),)
    if _is_utf_8(path):
        ascii_only = all(block.isascii() for block in _blocks(path))
        why = (phrase("It holds characters of ASCII only, which are the same in every encoding.") if ascii_only
               else phrase("Every byte is valid UTF-8, which no other encoding would be by chance."))
        return (EncodingCandidate("utf-8", True, why),)
    return _ranked(_lines_beyond_ascii(path))


def lines_beyond_ascii(path: Path, encoding: str, stray_bytes: str, most: int) -> tuple[tuple[int, str], ...]:
    """The first lines of a file with a character beyond ASCII, each with its number."""
    errors = "backslashreplace" if stray_bytes == "escape" else "replace"
    found = []
    with path.open(encoding=encoding, errors=errors, newline="") as stream:
        read = 0
        for number, line in enumerate(stream, start=1):
            read += len(line)
            if not line.isascii() and line != "\ufeff":
                found.append((number, line))
            if len(found) == most or read > MOST_BYTES:
                break
    return tuple(found)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _is_utf_8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _without_mark(start: bytes) -> str:
    """UTF-16 without a mark, recognised by its characters of ASCII (ends of lines, delimiters); empty if it is not."""
    if 0 not in start:
        return ""
    pairs = list(zip(start[0::2], start[1::2], strict=False))
    little = sum(high == 0 and 0 < low < 128 for low, high in pairs)
    big = sum(low == 0 and 0 < high < 128 for low, high in pairs)
    if max(little, big) < max(2 * min(little, big), len(pairs) / 200):
        return ""
    return "utf-16-le" if little > big else "utf-16-be"


def _lines_beyond_ascii(path: Path) -> list[bytes]:
    lines: list[bytes] = []
    rest, read = b"", 0
    for block in _blocks(path):
        read += len(block)
        *whole, rest = (rest + block).split(b"\n")
        lines += [line for line in whole if not line.isascii()]
        if read >= MOST_BYTES:
            return lines
    return lines if rest.isascii() else [*lines, rest]


def _ranked(lines: list[bytes]) -> tuple[EncodingCandidate, ...]:
    found = [min((_candidate(lines, encoding) for encoding in family), key=lambda found: found[1])[0]
             for family in _FAMILIES]
    candidates = [candidate for candidate in found if candidate is not None]
    candidates.sort(key=lambda candidate: candidate.plausibility, reverse=True)
    least = LEAST_PLAUSIBLE * candidates[0].plausibility
    return tuple(candidate for candidate in candidates if candidate.plausibility >= least)[:MOST_CANDIDATES]


def _candidate(lines: list[bytes], encoding: str) -> tuple[EncodingCandidate | None, int]:
    """The candidate if the lines can be read so, and the number of stray bytes."""
    text = "\n".join(line.decode(encoding, "surrogateescape") for line in lines[:MOST_LINES])
    if _too_stray(text, lines[:MOST_LINES]):
        return None, len(_STRAY.findall(text))
    decoded = [line.decode(encoding, "surrogateescape") for line in lines]
    stray = [len(_STRAY.findall(line)) for line in decoded]
    share = plausibility(text)
    if not sum(stray):
        why = phrase("{share_pct} % of the characters beyond ASCII look like a language when read so.",
                     share_pct=round(100 * share))
        return EncodingCandidate(encoding, False, why, share), 0
    why = phrase_n(
        "{n} byte on {lines} lines does not exist in it and would be written as in {example}; {share_pct} % of the "
        "characters beyond ASCII look like a language when read so.",
        "{n} bytes on {lines} lines do not exist in it and would be written as in {example}; {share_pct} % of the "
        "characters beyond ASCII look like a language when read so.",
        sum(stray), lines=sum(map(bool, stray)), share_pct=round(100 * share), example=_first_stray(decoded))
    return EncodingCandidate(encoding, False, why, share, "escape"), sum(stray)


def _too_stray(text: str, lines: list[bytes]) -> bool:
    return len(_STRAY.findall(text)) > MOST_STRAY * sum(len(line.translate(None, _ASCII)) for line in lines)


def _first_stray(decoded: list[str]) -> str:
    """The surroundings of the first stray byte, as they would be loaded."""
    text, found = next((text, found) for text in decoded if (found := _STRAY.search(text)))
    around = text[max(0, found.start() - 10) : found.start() + 10]
    return _STRAY.sub(lambda stray: f"\\x{ord(stray.group()) - 0xDC00:02x}", around).strip()


def plausibility(text: str) -> float:
    """How much the characters of a text beyond ASCII look like a language: from 0 to 1; 1 without any.

    >>> plausibility("très bien") > plausibility("trÃ¨s bien")
    True
    """
    scores = [_character_score(text, run, at) for run in _BEYOND_ASCII.finditer(text)
              for at in range(run.start(), run.end())]
    return max(0.0, sum(scores) / len(scores)) if scores else 1.0


def _character_score(text: str, run: re.Match[str], at: int) -> float:
    """From -1 (no text has it) to 1 (what one expects here)."""
    character = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    kind = unicodedata.category(character)
    if "\u4e00" <= character <= "\u9fff":
        return 1.0 if character in _COMMON_CHINESE else 0.25
    if "\u3040" <= character <= "\u30ff":
        return 1.0
    if character in _PUNCTUATION:
        return 1.0 if character in _WITHIN_WORDS or not (_is_letter(before) and _is_letter(after)) else 0.1
    if kind in ("Cc", "Co", "Cn", "Cs"):
        return -1.0
    if "\u00c0" <= character <= "\u024f" and kind[0] == "L":
        return _accented_score(character, before, len(run.group()))
    return 0.3 if kind[0] == "L" else 0.05


def _accented_score(character: str, before: str, run_length: int) -> float:
    """Accented letters stand alone or by twos among others, and capitals not after small letters."""
    if run_length > 2 or (character.isupper() and before.islower()):
        return 0.1
    return 1.0


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()
