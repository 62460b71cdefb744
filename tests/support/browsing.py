"""A real Chromium that plays films, which a server on loopback sends it by ranges as the reading room does."""

import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Page, sync_playwright

from archive.playing.ranges import Body, answer
from flows.reading_room.answers import STATIC

BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio")
PAGE: Mapping[str, str] = {"Content-Length": "15", "Content-Type": "text/html"}
SCRIPT = """
const wait = (set, most) => new Promise(done => {
  set(() => done(true), () => done(false));
  setTimeout(() => done(false), most);
});
async function opened(name) {
  const player = document.createElement("video");
  player.preload = "auto";
  const ready = wait((yes, no) => { player.oncanplay = yes; player.onerror = no; }, 8000);
  player.src = "/" + name;
  return await ready ? player : null;
}
async function plays(name) {
  const player = await opened(name);
  if (!player) return null;
  player.muted = true;
  await wait((yes, no) => { player.ontimeupdate = () => { if (player.currentTime > 0.3) yes(); }; player.onended = yes;
                            player.play().catch(no); }, 4000);
  const found = {picture: player.videoWidth > 0 && player.webkitDecodedFrameCount > 0,
                 sound: player.webkitAudioDecodedByteCount > 0};
  player.removeAttribute("src"); player.load();
  return found;
}
async function heard(name, from, most) {
  const player = await opened(name);
  if (!player) return null;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 256;
  context.createMediaElementSource(player).connect(analyser);
  analyser.connect(context.destination);
  if (from > 0) {
    const sought = wait(yes => { player.onseeked = yes; }, 3000);
    player.currentTime = from;
    await sought;
  }
  await player.play();
  const samples = new Float32Array(256);
  let found = null;
  for (const since = performance.now(); performance.now() - since < most * 1000;) {
    analyser.getFloatTimeDomainData(samples);
    if (samples.some(sample => Math.abs(sample) > 0.02)) { found = player.currentTime; break; }
    await new Promise(done => setTimeout(done, 4));
  }
  player.removeAttribute("src"); player.load();
  await context.close();
  return found;
}
async function together(names, deed) {
  const each = await Promise.all(names.map(name => deed(name).catch(() => null)));
  return Object.fromEntries(names.map((name, n) => [name, each[n]]));
}
"""


class Readable(Body, Protocol):
    """What can be sent by ranges."""

    def read(self, start: int, end: int) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class FileBody:
    """A file as it is sent."""

    path: Path
    media_type: str

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    @property
    def etag(self) -> str:
        return f'"{sha256(self.path.read_bytes()).hexdigest()}"'

    def read(self, start: int, end: int) -> Iterator[bytes]:
        yield self.path.read_bytes()[start:end]


@contextmanager
def chromium(fonts: Path | None = None) -> Iterator[Browser]:
    """A browser, with the fonts of a folder alone where one is named; skips the test where there is none."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium is installed: apt install chromium")
    env: dict[str, str | float | bool] | None = None
    if fonts:
        env = {**os.environ, "FONTCONFIG_FILE": str(_fontconfig(fonts))}
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(OPTIONS), env=env)
        try:
            yield opened
        finally:
            opened.close()


def _fontconfig(fonts: Path) -> Path:
    """The settings of fontconfig of a system with the fonts of one folder, and one of Latin that a browser needs."""
    with TTFont(STATIC / "fonts" / "noto-sans-latin.woff2") as latin:
        latin.flavor = None
        latin.save(fonts / "latin.ttf")
    found = fonts / "fonts.conf"
    found.write_text(f"<fontconfig><dir>{fonts}</dir><cachedir>{fonts}/cache</cachedir></fontconfig>")
    return found


def until(page: Page, condition: str) -> None:
    """Wait until something holds in a page whose policy lets no script be made of text."""
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition} never came true")


@contextmanager
def browser(bodies: Mapping[str, Readable]) -> Iterator[Page]:
    """A page of a browser that plays `bodies` by their names; skips the test where there is no browser."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium is installed: apt install chromium")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            body = bodies.get(self.path.removeprefix("/"))
            asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
            status, headers, span = answer(body, asked, condition) if body else (200, PAGE, None)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # a player that has enough of a film closes
                if body is None:
                    self.wfile.write(b"<!doctype html>")
                elif span:
                    with closing(body.read(*span)) as blocks:  # type: ignore[type-var]
                        for block in blocks:
                            self.wfile.write(block)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, sync_playwright() as playwright:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chromium = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        try:
            page = chromium.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            page.add_script_tag(content=SCRIPT)
            yield page
        finally:
            chromium.close()
            server.shutdown()


def played(page: Page, names: list[str]) -> dict[str, dict[str, bool] | None]:
    """Whether each shows a picture and sounds its sound; None for what is refused."""
    found: dict[str, dict[str, bool] | None] = page.evaluate("names => together(names, plays)", names)
    return found


def heard(page: Page, expected: Mapping[str, float]) -> dict[str, float | None]:
    """The second of the browser's clock at which each tone is heard, after a seek to a second before it.

    They are played side by side; those that were not heard so, where there is much to do, once more one by one.
    """
    script = "expected => {how}(Object.keys(expected), name => heard(name, Math.max(0, expected[name] - 1), 4))"
    found: dict[str, float | None] = page.evaluate(script.replace("{how}", "together"), dict(expected))
    unheard = {name: moment for name, moment in expected.items() if found[name] is None}
    later: dict[str, float | None] = page.evaluate(script.replace("{how}", "inTurn"), unheard) if unheard else {}
    return found | later


def heard_through(page: Page, names: list[str], *, most: float) -> dict[str, float | None]:
    """The same where each is played from its start, for `most` seconds; all of them side by side."""
    script = "([names, most]) => together(names, name => heard(name, 0, most))"
    found: dict[str, float | None] = page.evaluate(script, [names, most])
    return found
