#!/bin/sh
# pysubs2 1.8: words of a cue that hold two times become another cue, and are lost.
#
# In WebVTT and SubRip a line of times has the arrow `-->` between them (W3C WebVTT, 4.1), which a text may not hold. The
# reader of pysubs2 looks for two times on a line, and for no arrow: somebody who reads out what a camera showed, `from
# 00:00:10.000 to 00:00:12.000`, begins a cue at the tenth second. The words of that line are in no cue, and those that
# follow it stand at seconds at which nobody said them. It says nothing of it, and writes the file so.
#
# Seen with pysubs2 1.8.1. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pysubs2==1.8.1
"$folder/venv/bin/python" - <<'PYTHON'
import pysubs2

FILES = {
    "vtt": "WEBVTT\n\n00:00:01.000 --> 00:00:09.000\nIt ran from 00:00:10.000 to 00:00:12.000 there,\nand broke off.\n",
    "srt": "1\n00:00:01,000 --> 00:00:09,000\nIt ran from 00:00:10,000 to 00:00:12,000 there,\nand broke off.\n",
}
for form, text in FILES.items():
    cues = [(cue.start, cue.end, cue.text) for cue in pysubs2.SSAFile.from_string(text, format_=form)]
    print(f"{form}: {text.splitlines()[-2]!r} of the cue at 1 s is read as {cues}")
    assert cues == [(1000, 9000, ""), (10000, 12000, "and broke off.")], "it reads times in words otherwise by now"
PYTHON
