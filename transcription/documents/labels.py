"""The label above the text of a cue, such as `[kk, low_confidence]`: as it is written, and as editors leave it.

`[left, kk]` where each side of a track is a voice of its own; `[speech not written down: no_text]` where nothing is
written.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from transcription.documents.sides import SIDE, Side, is_side
from transcription.errors import DocumentError
from transcription.language_names import named
from transcription.languages import is_language, language_code
from transcription.records import MARKS

CORRECTED = "corrected"

_LABEL = re.compile(
    r"\[(?P<before>machine translation, a reading aid, not what was said, )?(?:(?P<side>" + SIDE + r"), )?"
    r"(?P<language>(?:[a-z]{2,3}|x)(?:-[A-Za-z0-9]{1,8})*)(?P<notes>(?:, [^,\[\]]+)*)\]"
)
_LEFT_OUT = re.compile(r"\[(?:(?P<side>" + SIDE + r"), )?(?P<reason>speech not written down: [^\[\]]+)\]")
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,200})\]")
_TAG = re.compile(r"(?:[a-z]{2,3}|x)(?:-[a-z0-9]{1,8})*", re.IGNORECASE)
_NOT_WRITTEN = re.compile("speech not written down: ")
_BEFORE = frozenset(("machine translation", "a reading aid", "not what was said"))
_MARK = re.compile(f"{'|'.join(MARKS)}|(?:outside|may_be):[a-z]{{2,3}}|{CORRECTED}")


@dataclass(frozen=True)
class Written:
    """A label as the archive writes it: what it says before all else, and at its end."""

    side: Side | None
    language: str | None
    before: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edited:
    """What the labels of a cue that came back say, and its text without them."""

    side: Side | None
    language: str | None
    text: str


def is_mark(word: str) -> bool:
    """Whether a word of a label is a mark of a machine's doubt, or says that a person corrected the cue."""
    return _MARK.fullmatch(word) is not None


def written(label: str) -> Written | None:
    """What a label says that the archive wrote; None for anything else."""
    if found := _LABEL.fullmatch(label):
        notes = tuple(note for note in found["notes"].split(", ") if note)
        return Written(found["side"], found["language"], found["before"] or "", notes)
    if found := _LEFT_OUT.fullmatch(label):
        return Written(found["side"], None, notes=(found["reason"],))
    return None


def is_tag(text: str) -> bool:
    """Whether a text is a tag that names a language: what a label of it would be read as, and nothing else."""
    return bool(_TAG.fullmatch(text)) and is_language(text.partition("-")[0].lower())


def edited(cue: str, line: int, known: Collection[str]) -> Edited:
    """The labels and the text of a cue that came back, without a language where no label names one.

    The first line, at `line` of its file, is a label whatever its language, by its code or by its name. Editors move
    labels too, onto the line of their text, or into the middle where two cues become one: there, brackets are one with
    the code of a language that is `known` from the export, and else words (`[he] was taken`). Of several labels the
    first names the language. Raises DocumentError for a label in no language, and for what may be a label or words.
    """
    sides, languages = list[Side](), list[str]()
    first, _, rest = cue.partition("\n")

    def taken(found: re.Match[str], *, anywhere: bool = True) -> str:
        words = [word.strip() for word in found[1].split(",")]
        code = next((word for word in words if _TAG.fullmatch(word) and not is_side(word)), None)
        if code is None and not anywhere:
            code = next((word for word in words if named(word)), None)
        left_out = any(map(_NOT_WRITTEN.match, words))
        others = (word for word in words if word != code and not _NOT_WRITTEN.match(word))
        if not (code or left_out) or not all(_of_a_label(word.lower()) for word in others):
            return found[0]
        if code and anywhere and code.lower() not in known:
            return found[0]
        if code and not anywhere and not (named(code) or _is_language(code, line)):
            return found[0]
        sides.extend(word.lower() for word in words if is_side(word))
        if code:
            languages.append(named(code) or re.sub("^[A-Za-z]+", lambda tag: tag[0].lower(), code))
        return " "

    if label := _BRACKETS.fullmatch(first.strip()):
        first = taken(label, anywhere=False)
    elif (label := _BRACKETS.match(first.strip())) and named(label[1]) and label[1] == label[1].lower():
        raise DocumentError(
            f"line {line}: {label[0]} before words: the language of a cue stands on a line of its own; "
            "if it was said, write it without brackets"
        )
    text = _BRACKETS.sub(taken, f"{first}\n{rest}")
    return Edited(next(iter(sides), None), next(iter(languages), None), text)


def _of_a_label(word: str) -> bool:
    return word in _BEFORE or is_side(word) or is_mark(word)


def _is_language(tag: str, line: int) -> bool:
    """Whether a label's tag names a language. Raises DocumentError for two letters that do not; three may be words."""
    code = tag.partition("-")[0].lower()
    if len(code) == 2 and not is_language(code):
        try:
            language_code(code)
        except ValueError as error:
            raise DocumentError(f"line {line}: [{tag}] is no label: {error}") from error
    return is_language(code)
