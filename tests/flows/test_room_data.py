"""The room's JSON, asked by Schemathesis for what nobody thought of: no answer but those that are described."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from flows.reading_room.described import PAGES, described
from tests.support.rooms import CLOSED, SECRET, Place, a_room

schema = schemathesis.openapi.from_dict(described())
CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_room(tmp_path_factory.mktemp("room"), tmp_path_factory.mktemp("films")) as found:
        yield found


@schema.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[*HealthCheck],
)
def test_whatever_is_asked_is_answered_as_it_is_described(place: Place, case: schemathesis.Case[Any]) -> None:
    response = case.call(base_url=place.address)
    case.validate_response(response, checks=CHECKS)
    assert SECRET not in response.text
    assert CLOSED not in response.text.replace(str(case.path_parameters), "")


def test_the_description_is_for_everybody(place: Place) -> None:
    answer = httpx.get(f"{place.address}/openapi.json")
    assert answer.json()["paths"].keys() == PAGES.keys()
