"""At which second a browser plays the first tone of a file: a real Chromium is asked, and plays it from a local server.

Each file is played by a video element from a second before the tone is expected, so after a seek, until Web Audio hears
it. Where there is no Chromium, or it does not play the file, there is no answer.
"""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
TYPES = {
    ".mp4": "video/mp4",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".ogg": "audio/ogg",
    ".mp3": "audio/mpeg",
}
SECONDS_A_FILE = 15
PAGE = """<!doctype html><script>
const files = %s;
const wait = (set, most) => new Promise(done => {
  set(() => done(true), () => done(false));
  setTimeout(() => done(false), most);
});
async function heard(name, expected) {
  const player = document.createElement("video");
  player.preload = "auto";
  const ready = wait((yes, no) => { player.oncanplay = yes; player.onerror = no; }, 8000);
  player.src = "/" + name;
  if (!await ready) return null;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 256;
  context.createMediaElementSource(player).connect(analyser);
  analyser.connect(context.destination);
  const sought = wait(yes => { player.onseeked = yes; }, 3000);
  player.currentTime = Math.max(0, expected - 1);
  await sought;
  await player.play();
  const samples = new Float32Array(256);
  for (const since = performance.now(); performance.now() - since < 4000;) {
    analyser.getFloatTimeDomainData(samples);
    if (samples.some(sample => Math.abs(sample) > 0.02)) return player.currentTime;
    await new Promise(done => setTimeout(done, 4));
  }
  return null;
}
(async () => {
  const found = {};
  for (const [name, expected] of files)
    found[name] = await heard(name, expected).catch(() => null);
  await fetch("/found", {method: "POST", body: JSON.stringify(found)});
})();
</script>"""


def browser() -> str | None:
    """The version of the browser that is asked, None for none."""
    program = next((name for name in BROWSERS if shutil.which(name)), None)
    if program is None:
        return None
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def heard_at(folder: Path, expected: Mapping[str, float]) -> dict[str, float | None]:
    """The second of a browser's clock at which each file's tone is heard; None where it is not, or nothing is known.

    `expected` is where each is looked for, by the file's name in the folder.
    """
    program = next((name for name in BROWSERS if shutil.which(name)), None)
    nothing = dict.fromkeys(expected, None)
    if program is None:
        return {**nothing}
    found: list[dict[str, float | None]] = []
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            found.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._send(204, b"")
            done.set()

        def do_GET(self) -> None:
            name = self.path.removeprefix("/")
            if not name:
                return self._send(200, (PAGE % json.dumps(list(expected.items()))).encode(), "text/html")
            if name not in expected:
                return self._send(404, b"")
            body, kind = (folder / name).read_bytes(), TYPES.get(Path(name).suffix, "application/octet-stream")
            if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
                first, last = int(asked[1]), int(asked[2] or len(body) - 1)
                span = f"bytes {first}-{min(last, len(body) - 1)}/{len(body)}"
                return self._send(206, body[first : last + 1], kind, {"Content-Range": span})
            return self._send(200, body, kind)

        def _send(self, status: int, body: bytes, kind: str = "text/plain", more: Mapping[str, str] = {}) -> None:
            self.send_response(status)
            headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Accept-Ranges": "bytes", **more}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # a player that has enough of a file closes
                self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, TemporaryDirectory() as profile:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [program, *OPTIONS, f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            done.wait(30 + SECONDS_A_FILE * len(expected))
        finally:
            process.kill()
            process.wait()
            server.shutdown()
    return {**nothing, **(found[0] if found else {})}
