"""A transcript as JSON that loses nothing, and as WebVTT, SubRip and plain text for people and players.

Texts come from a machine that listened to strangers: what could end a cue or start a tag is escaped. JSON alone carries
the words' times, the figures and the silent gaps. A translation says in each cue that it is none of what was said.
"""

import json
import re
from typing import Any

from pydantic import ValidationError

from transcription.documents.sides import side_of
from transcription.documents.subrip_escapes import held
from transcription.errors import DocumentError
from transcription.records import (
    OF_OPTIONS_SINCE_THREE,
    OF_SEGMENTS_SINCE_THREE,
    SECOND_FORM,
    SPEECH_LEFT_OUT,
    THIRD_FORM,
    Gap,
    Segment,
    Transcript,
)

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")
"""What ends a line somewhere, and what is no character: ffmpeg leaves out a whole cue that has U+FFFE."""


def to_json(transcript: Transcript) -> str:
    """The whole transcript, with sorted keys and one line end. The same transcript always gives the same text."""
    document = transcript.model_dump(mode="json", exclude=_later_than(transcript.schema_version))
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def _later_than(form: int) -> dict[str, Any] | None:
    """What a form of the schema does not say."""
    if form > 2:
        return None
    since_two = SECOND_FORM if form == 1 else ()
    return {
        **dict.fromkeys((*since_two, *THIRD_FORM), True),
        "segments": {"__all__": set(OF_SEGMENTS_SINCE_THREE)},
        "own_models": {"__all__": {"engine", "quick"}},
        "options": {"per_language": {"__all__": {"engine"}}, **dict.fromkeys(OF_OPTIONS_SINCE_THREE, True)},
    }


def from_json(data: str | bytes) -> Transcript:
    """Read what `to_json` wrote. Raises DocumentError for anything else."""
    try:
        return Transcript.model_validate_json(data)
    except ValidationError as e:
        first = e.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise DocumentError(f"not a transcript of schema version 1, 2 or 3: {where}: {first['msg']}") from e


def to_vtt(transcript: Transcript) -> str:
    """WebVTT: each cue says its language and marks on a line of its own, so that right-to-left text stays whole.

    Speech that was left out has a cue too, with the reason. Where each side of a track is a voice of its own, the voice
    is the side, and cues may overlap.
    """
    head = f"WEBVTT\n\nNOTE {_escaped(_origin(transcript))}\n"
    cues = [
        f"{_clock(s.start)} --> {_clock(s.end)}\n{_escaped(_label(transcript, s))}\n"
        + (f"{_voiced(transcript, s)}\n" if isinstance(s, Segment) else "")
        for s in _told(transcript)
    ]
    return "\n".join([head, *cues])


def to_srt(transcript: Transcript) -> str:
    """SubRip, with the same cues as WebVTT, its texts so that players show them: they know no `&lt;` there."""
    cues = [
        f"{n}\n{_clock(s.start, ',')} --> {_clock(s.end, ',')}\n{held(_plain(_label(transcript, s)))}\n"
        + (f"{held(_plain(s.text))}\n" if isinstance(s, Segment) else "")
        for n, s in enumerate(_told(transcript), start=1)
    ]
    return "\n".join(cues)


def to_text(transcript: Transcript) -> str:
    """Plain text to read: origin, then a line of time, side, language and marks before each text."""
    lines = [f"{_origin(transcript)}\n"]
    for s in _told(transcript):
        text = f"\n{_plain(s.text)}" if isinstance(s, Segment) else ""
        lines.append(f"{_clock(s.start)} {_plain(_label(transcript, s))}{text}\n")
    return "\n".join(lines)


def _told(transcript: Transcript) -> list[Segment | Gap]:
    """What has a cue, in order of start: WebVTT wants that order also where cues overlap."""
    told: list[Segment | Gap] = [*transcript.segments, *(g for g in transcript.gaps if g.reason in SPEECH_LEFT_OUT)]
    return sorted(told, key=lambda s: (s.start, s.channel or 0))


def _label(transcript: Transcript, span: Segment | Gap) -> str:
    side = () if span.channel is None else (side_of(span.channel, transcript.channels),)
    if isinstance(span, Gap):
        return f"[{', '.join((*side, f'speech not written down: {span.reason}'))}]"
    if transcript.kind == "translation":
        side = ("machine translation, a reading aid, not what was said", *side)
    return f"[{', '.join((*side, span.language, *span.marks))}]"


def _voiced(transcript: Transcript, segment: Segment) -> str:
    text = f"<lang {_escaped(segment.language)}>{_escaped(segment.text)}</lang>"
    return text if segment.channel is None else f"<v {side_of(segment.channel, transcript.channels)}>{text}</v>"


def _origin(transcript: Transcript) -> str:
    by = [f"{transcript.model} (sha256 {transcript.model_digest})"]
    by += [f"for {one.language} {one.model} (sha256 {one.digest})" for one in transcript.own_models]
    media = f"track {transcript.track} of the media with sha256 {transcript.media_sha256}"
    if transcript.kind == "translation":
        return _plain(
            f"Machine translation into English by {', '.join(by)} of {media}: a reading aid, not what was said. "
            f"It goes with the transcript with sha256 {transcript.of}, and was not checked by a person"
        )
    return _plain(f"Machine transcript by {', '.join(by)} of {media}; not checked by a person")


def _plain(text: str) -> str:
    return _BREAKS.sub(" ", text)


def _escaped(text: str) -> str:
    return _plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float, point: str = ".") -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
