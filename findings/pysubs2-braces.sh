#!/bin/sh
# pysubs2 1.8: words in braces are lost from WebVTT and SubRip, without a word.
#
# In WebVTT a brace is a character like any other (W3C WebVTT, 4.2.2), and browsers show it; in SubRip most players do,
# unless it begins a tag such as {\an8}. Inside pysubs2 a text is one of Advanced SubStation Alpha, where braces hold
# codes for drawing. It reads `{quietly}` into the text as it stands, and leaves it out where it writes the file again, in
# either format: who shifts the times of a transcript with it loses every word that stood in braces.
#
# Seen with pysubs2 1.8.1. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pysubs2==1.8.1
"$folder/venv/bin/python" - <<'PYTHON'
import pysubs2

SAID = "She said {quietly} that he left."
FILES = {
    "vtt": f"WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n{SAID}\n",
    "srt": f"1\n00:00:01,000 --> 00:00:03,000\n{SAID}\n",
}
for form, text in FILES.items():
    read = pysubs2.SSAFile.from_string(text, format_=form)
    written = read.to_string(form).strip().splitlines()[-1]
    print(f"{form}: read {read[0].text!r}, written {written!r}")
    assert read[0].text == SAID, "it reads braces otherwise by now"
    assert written == SAID.replace("{quietly}", ""), "it writes braces otherwise by now"
PYTHON
