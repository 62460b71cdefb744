"""A film as HLS and DASH have it: picture and sound apart, in pieces of a second or in one file each."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

_MASTER = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="spoken",LANGUAGE="kk",DEFAULT=YES,URI="sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=500000,CODECS="avc1.42c00b,mp4a.40.2",AUDIO="sound",RESOLUTION=160x90
picture.m3u8
"""
_MPD = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" type="static"
 mediaPresentationDuration="PT3S"><Period>
<AdaptationSet contentType="video" mimeType="video/mp4"><Representation id="v" bandwidth="400000" width="160"
 height="90" codecs="avc1.42c00b"><BaseURL>picture.mp4</BaseURL></Representation></AdaptationSet>
<AdaptationSet contentType="audio" mimeType="audio/mp4"><Representation id="a" bandwidth="64000"
 codecs="mp4a.40.2"><BaseURL>sound.m4a</BaseURL></Representation></AdaptationSet></Period></MPD>
"""


def hls(film: Path, *, kind: str = "fmp4") -> dict[str, bytes]:
    """`master.m3u8` and what it leads to; `kind` of its pieces is `fmp4` or `mpegts`."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        ending = "m4s" if kind == "fmp4" else "ts"
        for part, track in (("picture", "v"), ("sound", "a")):
            _ffmpeg(
                *("-i", str(film), "-map", f"0:{track}", "-c", "copy", "-f", "hls", "-hls_time", "1"),
                *("-hls_playlist_type", "vod", "-hls_segment_type", kind),
                *("-hls_fmp4_init_filename", f"{part}-init.mp4"),
                *("-hls_segment_filename", str(folder / f"{part}-%d.{ending}"), str(folder / f"{part}.m3u8")),
            )
        return _read(folder) | {"master.m3u8": _MASTER.encode()}


def dash(film: Path) -> dict[str, bytes]:
    """`manifest.mpd`, and the pieces of its two sets."""
    with TemporaryDirectory() as name:
        _ffmpeg(
            *("-i", str(film), "-map", "0", "-c", "copy", "-f", "dash", "-seg_duration", "1"),
            *("-adaptation_sets", "id=0,streams=v id=1,streams=a", str(Path(name, "manifest.mpd"))),
        )
        return _read(Path(name))


def dash_of_files(film: Path) -> dict[str, bytes]:
    """`manifest.mpd` of two sets with one file each, `picture.mp4` and `sound.m4a`."""
    with TemporaryDirectory() as name:
        for file, track in (("picture.mp4", "v"), ("sound.m4a", "a")):
            _ffmpeg(
                *("-i", str(film), "-map", f"0:{track}", "-c", "copy", "-f", "mp4"),
                *("-movflags", "+faststart", str(Path(name, file))),
            )
        return _read(Path(name)) | {"manifest.mpd": _MPD.encode()}


def packed_sound(film: Path) -> list[bytes]:
    """The sound in pieces of frames of ADTS, each behind an ID3 tag, as Apple's packagers write it."""
    tag = b"ID3\x04\x00\x00\x00\x00\x00\x3f" + bytes(63)
    with TemporaryDirectory() as name:
        _ffmpeg(
            *("-i", str(film), "-map", "0:a", "-c", "copy", "-f", "segment", "-segment_time", "1"),
            *("-segment_format", "adts", str(Path(name, "%d.aac"))),
        )
        return [tag + path.read_bytes() for path in sorted(Path(name).iterdir())]


def _read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _ffmpeg(*arguments: str) -> None:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact", *arguments]
    subprocess.run(command, check=True, timeout=60, stdin=subprocess.DEVNULL)
