"""Commands called within the process of the tests: quicker than in one of their own, and patched like the rest."""

import sys
from collections.abc import Callable

import pytest

from flows.cli import app, common
from tests.flows.place import Done

Call = Callable[..., Done]


def in_process(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """What calls a command as its script would, in the folder that is the present one, whatever ran before."""
    monkeypatch.delenv("THIRDCOPY_CONFIG", raising=False)
    monkeypatch.setattr(common._Chosen, "config", None)

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return call
