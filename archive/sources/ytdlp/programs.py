"""The programs that yt-dlp starts: deno for a site's scripts, ffmpeg to join tracks, and no other.

yt-dlp would hand what it cannot read itself to ffmpeg, rtmpdump or whatever it finds: those follow any address, as long
as they like, and outlive us. So whatever it starts is refused, but for questions after a version. The two that are
needed are started here, with bounds on time, memory and files, and end with us, also by kill -9 (on Linux).
"""
# mypy: disable-error-code="import-untyped"

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

from yt_dlp.downloader import get_suitable_downloader
from yt_dlp.downloader.bunnycdn import BunnyCdnFD
from yt_dlp.downloader.dash import DashSegmentsFD
from yt_dlp.downloader.fragment import FragmentFD
from yt_dlp.downloader.hls import HlsFD
from yt_dlp.downloader.http import HttpFD
from yt_dlp.downloader.ism import IsmFD
from yt_dlp.downloader.mhtml import MhtmlFD
from yt_dlp.downloader.soop import SoopVodFD
from yt_dlp.extractor.youtube.jsc._builtin.deno import DenoJCP
from yt_dlp.extractor.youtube.jsc.provider import JsChallengeProviderError
from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessor
from yt_dlp.utils import Popen

from archive.sources.ytdlp.limits import OutOfBounds
from archive.sources.ytdlp.manifests import check_hls
from archive.sources.ytdlp.media_checks import Faulty, readable
from archive.sources.ytdlp.pieces import Pieces
from transcription.errors import MediaError, MediaTimeout
from transcription.media.bounds import ran
from transcription.media.joining import join

SCRIPT_SECONDS: Final = 120.0
"""A script of YouTube's player takes one or two."""
SCRIPT_HEAP: Final = 1024
"""MiB of memory for a script's values."""
SCRIPT_OUTPUT: Final = 64 << 20
"""Bytes that a script may write."""
JOIN_SECONDS: Final = 600.0
JOIN_RATE: Final = 1_000_000
"""Bytes a second at which the slowest disk joins tracks, on top of JOIN_SECONDS."""

_QUESTIONS: Final = {"-version", "--version", "-V", "-bsfs", "-h", "--help"}
_IN_PROCESS: Final = {BunnyCdnFD, DashSegmentsFD, HlsFD, HttpFD, IsmFD, MhtmlFD, SoopVodFD}
"""yt-dlp's downloaders that ask for everything by `YoutubeDL.urlopen`. The one for Adobe's HDS is not among them: it
makes room for as many pieces as a number of four bytes says."""


def ours(info: Mapping[str, Any], params: Mapping[str, Any]) -> str | None:
    """Why a film or one of its formats is not fetched in this process; None if it is: by http and https alone."""
    copy = dict(info)
    downloader = get_suitable_downloader(copy, params)
    protocols = str(copy["protocol"])
    if downloader not in _IN_PROCESS or (downloader is HttpFD and protocols not in ("http", "https")):
        by = getattr(downloader, "FD_NAME", None) or "several programs at once"
        return f"it comes by {protocols}, for which yt-dlp would use {by}"
    return None


def in_pieces(info: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Whether yt-dlp fetches a film piece by piece, and holds each in memory."""
    downloader = get_suitable_downloader(dict(info), params)
    return isinstance(downloader, type) and issubclass(downloader, FragmentFD)


def run_script(runtime: str, script: str, options: Sequence[str], *, timeout: float = SCRIPT_SECONDS) -> str:
    """What a script writes, run by deno with the permissions that the options give. Raises JsChallengeProviderError."""
    command = [runtime, "run", *options, f"--v8-flags=--max-old-space-size={SCRIPT_HEAP}", "-"]
    with TemporaryFile() as given, TemporaryFile() as written:
        given.write(script.encode())
        given.seek(0)
        try:
            code, words = ran(command, seconds=timeout, file_size=SCRIPT_OUTPUT, stdin=given, stdout=written)
        except TimeoutError:
            raise JsChallengeProviderError(
                f"a script had not ended after {timeout:g} seconds and was stopped"
            ) from None
        if code or words:
            raise JsChallengeProviderError(f"Error running deno process (returncode: {code}): {words}")
        written.seek(0)
        return written.read().decode("utf-8", "replace")


def _start(self: Any, args: Any, *rest: Any, **options: Any) -> None:
    words = [args] if isinstance(args, str) else list(args)
    if len(words) < 2 or not set(words[1:]) <= _QUESTIONS:
        raise OutOfBounds(
            f"yt-dlp would have to hand it to the program {Path(str(words[0])).name}, which keeps no bounds; look at "
            "the source's format for one that yt-dlp fetches itself"
        )
    _stock_start(self, args, *rest, **options)


def _join(self: Any, inputs: Sequence[tuple[str, Any]], outputs: Sequence[tuple[str, Sequence[str]]], **_: Any) -> None:
    parts = [Path(path) for path, _ in inputs]
    ((output, options),) = outputs
    seconds = JOIN_SECONDS + sum(part.stat().st_size for part in parts) / JOIN_RATE
    try:
        join(parts, Path(output), [*options, "-movflags", "+faststart"], timeout=seconds)
    except MediaError as error:
        raise Faulty([str(error)], passing=isinstance(error, MediaTimeout)) from None


def _audio_codec(self: Any, path: str) -> str | None:
    return next((stream.codec for stream in readable(Path(path)).audio), None)


def _can_download(self: Any, playlist: str, *args: Any, **kwargs: Any) -> bool:
    check_hls(playlist, self.ydl.answered, self.ydl.limits.manifest)
    return bool(_stock_can_download(playlist, *args, **kwargs))


def _prepare(self: Any, ctx: dict[str, Any]) -> None:
    _stock_prepare(self, ctx)
    self.ydl.pieces[ctx["filename"]] = Pieces()
    self.ydl.left_open.append(ctx["dest_stream"])  # yt-dlp closes it after the last piece alone


def _append(self: Any, ctx: dict[str, Any], piece: bytes) -> None:
    self.ydl.pieces[ctx["filename"]].take(piece)
    _stock_append(self, ctx, piece)


def _run_deno(self: Any, script: str, options: Sequence[str]) -> str:
    return run_script(self.runtime_info.path, script, options)


_stock_start = Popen.__init__
_stock_can_download = HlsFD.can_download
_stock_prepare = FragmentFD._prepare_frag_download
_stock_append = FragmentFD._append_fragment
Popen.__init__ = _start
FragmentFD._prepare_frag_download = _prepare
FragmentFD._append_fragment = _append
HlsFD.can_download = _can_download
FFmpegPostProcessor.real_run_ffmpeg = _join
FFmpegPostProcessor.get_audio_codec = _audio_codec
DenoJCP._run_deno = _run_deno
