"""A channel and a source that reads it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from pydantic import SecretStr

from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.host_clocks import HostClocks, InProcess
from archive.sources.ytdlp.limits import Limits
from archive.sources.ytdlp.source import YtdlpSource
from tests.world.channel import Channel, Video
from tests.world.media import clip

HOME = Limits(private=(ip_network("127.0.0.0/8"),))
"""The limits of a source that this machine's own servers may be asked for."""
Open = Callable[..., tuple[Channel, YtdlpSource]]


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that keeps the films made in this run."""
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="session")
def film(films: Path) -> Path:
    """A short film that decodes."""
    return clip(films)


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens a channel of videos, with `Channel`'s options, and gives it with a source named `demo` that reads it."""
    with ExitStack() as stack:

        def open_channel(*videos: Video, settings: dict[str, Any] | None = None, **options: Any) -> Any:
            channel = stack.enter_context(Channel(videos, **options))
            return channel, source_of(channel, **(settings or {}))

        yield open_channel


class Time:
    """A clock that goes on only where somebody sleeps by it; `slept` are the seconds of each sleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept = list[float]()
        self._lock = Lock()

    def clock(self) -> float:
        """The seconds that it shows."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let that much time pass at once."""
        with self._lock:
            self.now += seconds
            self.slept.append(seconds)

    def hosts(self) -> HostClocks:
        """The clocks of hosts by this one."""
        return HostClocks(InProcess(self.clock), sleep=self.sleep, lots=lambda: 0.5)


def source_of(channel: Channel, *, hosts: HostClocks | None = None, **settings: Any) -> YtdlpSource:
    """A source that reads a channel without a pause, and waits for nothing that its host asks for."""
    default = {
        "url": channel.url,
        "proxy": SecretStr(channel.proxy),
        "ca_file": channel.ca_file,
        "sleep_seconds": 0,
    }
    return YtdlpSource("demo", YtdlpSettings(**{**default, **settings}), hosts=hosts or Time().hosts())
