"""Clients and tokens of YouTube: yt-dlp's own framework, a plugin of the test's own, and its server on this machine."""
# mypy: disable-error-code="import-untyped"

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from yt_dlp.extractor.youtube.pot._director import initialize_pot_director
from yt_dlp.extractor.youtube.pot._registry import _pot_providers
from yt_dlp.extractor.youtube.pot.provider import PoTokenContext, PoTokenRequest

from archive.errors import SettingsError
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.ytdlp.source import YtdlpSource

PLUGIN = """
import json
from yt_dlp.extractor.youtube.pot.provider import PoTokenProvider, PoTokenResponse, register_provider
from yt_dlp.networking.common import Request

@register_provider
class BgUtilHTTPPTP(PoTokenProvider):
    PROVIDER_VERSION = "2.0.2"
    BUG_REPORT_LOCATION = "https://provider.example"
    _SUPPORTED_CLIENTS = None
    _SUPPORTED_CONTEXTS = None

    def is_available(self):
        return True

    def _real_request_pot(self, request):
        base = self._configuration_arg("base_url")[0]
        answer = self._request_webpage(Request(base + "/get_pot", data=b"{}", proxies={"all": None}), note=False)
        return PoTokenResponse(po_token=json.loads(answer.read())["poToken"])
"""


class _Provider(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's word
        """Keep quiet."""

    def do_POST(self) -> None:
        body = json.dumps({"poToken": "bWFkZS11cA=="}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def provider() -> Iterator[str]:
    """The address of a server that gives tokens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def settings(**more: object) -> YtdlpSettings:
    return YtdlpSettings(url="https://www.youtube.com/@made-up", sleep_seconds=0, **more)


def test_the_clients_of_the_settings_are_those_that_yt_dlp_poses_as() -> None:
    with YtdlpSource("demo", settings(clients=("tv", "web_safari")))._session({}) as session:
        reader = session.get_info_extractor("Youtube")
        assert reader._configuration_arg("player_client") == ["tv", "web_safari"]


def test_a_provider_whose_package_is_not_there_is_said() -> None:
    with pytest.raises(
        SettingsError, match="needs version 2 of the package bgutil-ytdlp-pot-provider beside thirdcopy"
    ):
        YtdlpSource("demo", settings(po_token_provider="http://127.0.0.1:4416"))


@pytest.mark.parametrize("address", ["127.0.0.1:4416", "ftp://127.0.0.1", "http://me:secret@127.0.0.1:4416"])
def test_an_address_of_a_provider_is_a_plain_one(address: str) -> None:
    with pytest.raises(ValueError, match="is written http://HOST:PORT"):
        settings(po_token_provider=address)


def test_the_provider_that_the_settings_name_is_asked_and_no_other_address_of_the_house(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "yt_dlp_plugins" / "extractor"
    folder.mkdir(parents=True)
    (folder / "getpot_bgutil_http.py").write_text(PLUGIN)
    described = tmp_path / "bgutil_ytdlp_pot_provider-2.0.2.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: bgutil-ytdlp-pot-provider\nVersion: 2.0.2\n")
    (folder / "planted.py").write_text("raise RuntimeError('nobody named this one')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("yt_dlp_plugins")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(_pot_providers, "value", {})
    source = YtdlpSource("demo", settings(po_token_provider=provider))
    with source._session({}) as session:
        director = initialize_pot_director(session.get_info_extractor("Youtube"))
        request = PoTokenRequest(
            context=PoTokenContext.GVS,
            innertube_context={"client": {"clientName": "WEB", "visitorData": "made-up"}},
            innertube_host="www.youtube.com",
            visitor_data="made-up",
            session_index=None,
            player_url=None,
            is_authenticated=False,
            video_webpage=None,
            internal_client_name="web",
            video_id="made-up",
        )
        assert director.get_po_token(request) == "bWFkZS11cA=="
        with pytest.raises(Exception, match="no public address"):
            session.urlopen("http://127.0.0.1:1/")
    for name in [name for name in sys.modules if name.startswith("yt_dlp_plugins")]:
        monkeypatch.delitem(sys.modules, name)
