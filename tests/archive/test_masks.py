import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.masks import MASK, mask, mask_prose


@pytest.mark.parametrize(
    "private",
    [
        "000000190001010000",
        "00000019000101000X",
        "000000 19000101 0000",
        "000000-19000101-000X",
        "٠٠٠٠٠٠١٩٠٠٠١٠١٠٠٠٠",
        "000000000000000",
        "000101000000",
        "E00000000",
        "EA0000000",
        "N 00000000",
        "+7 700 000 00 00",
        "+86-130-0000-0000",
        "13000000000",
        "8 (700) 000-00-00",
        "0000\u200b0019\u202e00010100\u200f00",
        "０００００１１９９００１０１０００Ｘ",
        "0 0 0 0 0 1 1 9 9 0 0 1 0 1 0 0 0 0",
        "000001 - 19900101 - 0000",
        "000001\n19900101\n0000",
        "000001　19900101　0000",
        "000001\u202f1990\u20140101\u2212000x",
        "零零零零零一一九九零零一零一零零零零",
        "۰۰۰۰۰۱۱۹۹۰۰۱۰۱۰۰۰۰",
        "000001900101000",
        "EA 000 0000",
        "Ｅ00000000",
        "0000 000000" + "0000",
        "００７ ７００ ０００ ００ ００",
        "＋７７０００００００００",
        "0000-0000000",
        "(000) 000-0000",
        "700 000 00 00",
        "0555 000 000",
        "000101 000000",
        "000101-000000",
        "0001 0100 0000",
        "000101 000 000",
        "100 000 000 00",
        "100000,19000101,0000",
        "100000:19000101:000X",
        "壹零零零零零壹玖零零零壹零壹零零零零",
        "700 0000000",
        "7 700 0000000",
        "700/0000000",
        "700_000_00_00",
        "130-000-00000",
        "13000 000000",
        "0998 000000",
    ],
)
def test_what_identifies_a_person_is_masked(private: str) -> None:
    masked = mask(f"she has {private}, see Entry 1,358 of 2018-01-02")
    assert masked == f"she has {MASK * len(private)}, see Entry 1,358 of 2018-01-02"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("passport 00 00 000000", "passport " + MASK * 12),
        ("ЖСН 000 000", "ЖСН ███████"),
        ("Паспорт: 00 00 00", "Паспорт: " + MASK * 8),
        ("tel. 00-00-00, Entry 1391", "tel. ████████, Entry 1391"),
        ("身份证号：000 000", "身份证号：███████"),
        ("WhatsApp (hers) 000000", "WhatsApp (hers) ██████"),
        ("her ID was taken on 2018-01-02", "her ID was taken on 2018-01-02"),
    ],
)
def test_a_word_before_says_that_fewer_digits_are_such_a_number(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "address",
    [
        "https://www.facebook.com/watch/?v=1000000000000001",
        "https://twitter.com/someone/status/900000000000000001",
        "https://vk.com/video-100000000_400000000",
        "https://example.org/2018/01/02/3000000.html",
    ],
)
def test_the_number_of_a_video_in_an_address_stays(address: str) -> None:
    text = f"she spoke ({address}), tel. +7 700 000 00 00"
    assert mask_prose(text) == f"she spoke ({address}), tel. " + MASK * 16
    assert address not in mask(text)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("https://wa.me/77000000000", "https://wa.me/███████████"),
        ("https://api.whatsapp.com/send?phone=77000000000", "https://api.whatsapp.com/send?phone=███████████"),
        ("https://example.org/scan/990000199001010000.jpg", "https://example.org/scan/██████████████████.jpg"),
        ("https://example.org/?id=990000900101000", "https://example.org/?id=███████████████"),
        ("www.example.org/+77000000000", "www.example.org/████████████"),
    ],
)
def test_a_persons_number_in_an_address_goes(address: str, masked: str) -> None:
    assert mask_prose(f"see {address} there") == f"see {masked} there"


@pytest.mark.parametrize(
    "text",
    [
        "2017-11-05 – 2018-12-01",
        "2017-11-05/2018-01-02",
        "05.11.2017 - 01.12.2018",
        "2017 - 2018 - 2019 - 2020",
        "2017.11 – 2018.12 - 2019.01",
        "entries 1358 1391 507",
    ],
)
def test_dates_beside_each_other_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text", ["Entry 12345", "in 2017, aged 45", "20 May 2018 at 10:30", "1.5 million people", "A 12"]
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask(text) == text


@given(st.text(alphabet=st.sampled_from("0123456789X ab-.+٣７\0"), max_size=120))
def test_no_run_of_eighteen_digits_is_left_and_no_length_changes(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert not re.search(r"\d{9}", masked)
    assert not re.search(r"\d(?:[ -]?\d){17}", masked)
    assert mask(masked) == masked


def test_very_long_digits_and_gaps_are_read_in_one_pass() -> None:
    assert mask("1 " * 200_000).count(MASK) >= 399_000
    assert mask("1  --" * 100_000) == "1  --" * 100_000
    assert mask("2017/" * 100_000) == "2017/" * 100_000
    assert mask("tel " * 100_000) == "tel " * 100_000
    assert mask("+ (" * 100_000) == "+ (" * 100_000
    assert mask_prose("https://example.org/" * 20_000) == "https://example.org/" * 20_000
