"""A transcript of nobody's words, for tests of records and formats."""

from transcription.records import Gap, Options, Segment, Transcript

UNREAD = "unread_channel"


def segment(
    start: float,
    end: float,
    text: str,
    language: str = "en",
    marks: tuple[str, ...] = (),
    *,
    channel: int | None = None,
) -> Segment:
    return Segment(
        start=start,
        end=end,
        text=text,
        language=language,
        language_probability=0.9876543,
        avg_logprob=-0.2,
        no_speech_prob=0.01,
        compression_ratio=1.1,
        marks=marks,
        channel=channel,
    )


def transcript(
    segments: tuple[Segment, ...], gaps: tuple[Gap, ...], duration: float, *, start: float = 0.0, channels: int = 2
) -> Transcript:
    read = {s.channel for s in segments} | {gap.channel for gap in gaps if gap.reason != UNREAD}
    return Transcript(
        media_sha256="a" * 64,
        track=1,
        track_language="eng",
        container="mov,mp4,m4a,3gp,3g2,mj2",
        codec="aac",
        start=start,
        channels=channels,
        read=tuple(sorted(channel for channel in read if channel is not None)),
        declared=("en",),
        duration=duration,
        model="base",
        model_digest="b" * 64,
        device="cpu",
        compute_type="int8",
        options=Options(model="base"),
        versions={"thirdcopy": "0"},
        segments=segments,
        gaps=gaps,
    )


def translation(segments: tuple[Segment, ...], of: Transcript) -> Transcript:
    document = of.model_dump() | {"kind": "translation", "of": "c" * 64, "segments": segments, "gaps": ()}
    return Transcript.model_validate(document)
