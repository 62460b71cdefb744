import pytest

from tests.tampering.sound import Sound, make


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    return make(tmp_path_factory.mktemp("sound"))
