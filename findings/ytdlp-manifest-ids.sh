#!/bin/sh
# yt-dlp 2026.10.26: of two different HLS films on one site, the second is passed over as fetched before.
#
# A player's manifest is nearly always called master.m3u8, index.m3u8 or playlist.m3u8, in a folder of its own. The generic
# extractor makes the id of the last name of the address alone, so that all of them are `generic master`. Whoever keeps a
# --download-archive, as a job that mirrors a site does, fetches one film, and reads of each other one that it "has already
# been recorded in the archive"; the exit status is 0. Without it, `%(id)s` in the file's name lets one film stand for all.
#
# Seen with yt-dlp 2026.10.26. Exits 1 if that changes. Needs ffmpeg to make the films.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check yt-dlp==2026.10.26
for number in 1 2; do
    mkdir -p "$folder/site/film-$number"
    ffmpeg -loglevel error -f lavfi -i "testsrc=size=64x48:rate=5:duration=$((2 * number))" -f lavfi \
        -i "sine=frequency=$((300 * number)):duration=$((2 * number))" -shortest -hls_list_size 0 \
        "$folder/site/film-$number/master.m3u8"
done
FOLDER=$folder "$folder/venv/bin/python" - <<'PYTHON'
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


folder = Path(os.environ["FOLDER"])
server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder / "site"))
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"
done = subprocess.run(
    [
        *(sys.executable, "-m", "yt_dlp", "--ignore-config", "--no-cache-dir", "--no-progress"),
        *("--download-archive", "seen.txt", "--output", "%(title)s-%(epoch)s.%(ext)s"),
        *(f"{base}/film-{number}/master.m3u8" for number in (1, 2)),
    ],
    cwd=folder,
    env={**os.environ, "HOME": str(folder), "no_proxy": "127.0.0.1"},
    capture_output=True,
    text=True,
)
fetched = len(list(folder.glob("master-*")))
seen = (folder / "seen.txt").read_text().split("\n")[:-1]
passed_over = "has already been recorded in the archive" in done.stdout
print(f"exit {done.returncode}; films fetched: {fetched} of 2; the archive says: {seen}")
print("\n".join(line for line in done.stdout.splitlines() if "recorded in the archive" in line))
sys.exit((done.returncode, fetched, seen, passed_over) != (0, 1, ["generic master"], True))
PYTHON
