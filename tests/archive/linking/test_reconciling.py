"""What should be there against what is: found by what is certain, proposed by what is alike, and never both."""

from collections.abc import Sequence

import pytest

from archive.linking.lists.reconciling import Counts, Reconciled, There, reconcile
from archive.records.clip import StatedAddress
from archive.records.expected import Expected, Holding

ONE, TWO = "AAAAAAAAAAA", "bbbbbbbbbb0"
TITLE = "Мұрат Ағаның куәлігі, екінші бөлім"


def youtube(name: str, title: str | None = None, date: str | None = None) -> Expected:
    form = f"youtube.com/watch?v={name}"
    return Expected(form=form, clips=(f"youtube-{name}",), address=f"https://{form}", title=title, date=date, rows=(2,))


def held(clip: str, url: str = "file:///a.mp4", **fields: object) -> Holding:
    return Holding.model_validate({"clip": clip, "source": "disk", "url": url, **fields})


def stated(name: str, *, certain: bool = True) -> StatedAddress:
    url = f"https://www.youtube.com/watch?v={name}"
    return StatedAddress(extractor="youtube", platform_id=name, url=url, basis="name", certain=certain)


def found(items: Sequence[Expected], *holdings: Holding, **more: dict[str, str]) -> list[Reconciled]:
    return list(reconcile(lambda: items, There(holdings, **more)))


def test_a_clip_at_its_own_address_is_held() -> None:
    (one,) = found([youtube(ONE)], held(f"youtube-{ONE}", f"https://youtu.be/{ONE}"))
    assert (one.standing, one.clip) == ("held", f"youtube-{ONE}")


def test_a_file_of_a_disk_that_states_the_address_is_saved_elsewhere_and_its_loss_is_told() -> None:
    lost = {f"youtube-{ONE}": "gone"}
    (one,) = found([youtube(ONE)], held("file-" + "0" * 32, stated=stated(ONE)), failures=lost)
    assert (one.standing, one.clip, one.failure) == ("saved", "file-" + "0" * 32, "gone")
    assert one.how == "disk says so (name)"


def test_a_capture_of_a_web_archive_s_copy_is_saved_elsewhere() -> None:
    copy = f"https://web.archive.org/web/2019/https://www.youtube.com/watch?v={ONE}"
    (one,) = found([youtube(ONE)], held(f"youtubewebarchive-{ONE}", copy))
    assert (one.standing, one.clip) == ("saved", f"youtubewebarchive-{ONE}")


def test_a_name_that_is_only_likely_is_proposed_and_not_counted() -> None:
    (one,) = found([youtube(ONE)], held("file-" + "0" * 32, stated=stated(ONE, certain=False)))
    assert (one.standing, [each.why for each in one.proposals]) == ("perhaps", ["a file is likely named after it"])


def test_peertube_s_two_ids_are_one_video() -> None:
    short, long = "9tFGfUdHyaeyfCwW7dmu5K", "4d6f9fc5-6bd2-4d65-b2c3-5f0b6b3d4a51"
    item = Expected(form=f"tube.example.org/w/{short}", clips=(f"peertube-{short}", f"peertube-{long}"), address="x")
    (one,) = found([item], held(f"peertube-{long}", f"https://tube.example.org/videos/watch/{long}"))
    assert (one.standing, one.clip) == ("held", f"peertube-{long}")


def test_a_page_is_found_by_its_address_as_it_stands() -> None:
    item = Expected(form="tv.example.org/films/17", address="https://tv.example.org/films/17")
    (one,) = found([item], held("generic-17", "http://www.tv.example.org/films/17/"))
    assert (one.standing, one.clip) == ("held", "generic-17")
    (other,) = found([item], listed={"generic-17": "http://tv.example.org/films/17"})
    assert (other.standing, other.clip) == ("listed", "generic-17")


def test_what_is_listed_says_why_it_was_not_fetched() -> None:
    (one,) = found([youtube(ONE)], listed={f"youtube-{ONE}": "x"}, failures={f"youtube-{ONE}": "no_access"})
    assert (one.standing, one.failure) == ("listed", "no_access")
    (two,) = found([youtube(TWO)], listed={f"youtube-{ONE}": "x"})
    assert (two.standing, two.failure) == ("nowhere", None)


@pytest.mark.parametrize(
    ("wanted", "uploaded", "why"),
    [
        ("2019-03-02", "20190302", "same title, and date within a day"),
        ("2019-03-02", "20190303", "same title, and date within a day"),
        ("2019-03-02", "20190304", None),
        ("2019", "20190302", "same title"),
        (None, "20190302", "same title"),
        ("2019-03-02", None, "same title"),
    ],
)
def test_an_equal_title_is_proposed_unless_the_dates_differ(
    wanted: str | None, uploaded: str | None, why: str | None
) -> None:
    (one,) = found([youtube(ONE, TITLE, wanted)], held("vimeo-1", title=TITLE.upper(), uploaded=uploaded))
    assert [each.why for each in one.proposals] == ([why] if why else [])
    assert one.standing == ("perhaps" if why else "nowhere")


def test_a_title_alone_must_be_one_clip_s_and_one_item_s_and_long() -> None:
    clip = held("vimeo-1", title=TITLE)
    assert found([youtube(ONE, TITLE)], clip)[0].standing == "perhaps"
    assert found([youtube(ONE, TITLE)], clip, held("vimeo-2", title=TITLE))[0].standing == "nowhere"
    assert found([youtube(ONE, TITLE), youtube(TWO, TITLE)], clip)[0].standing == "nowhere"
    assert found([youtube(ONE, "Testimony")], held("vimeo-1", title="Testimony"))[0].standing == "nowhere"
    assert found([youtube(ONE, "穆拉提的證詞第二部分之一")], held("vimeo-1", title="穆拉提的證詞第二部分之一"))[
        0
    ].proposals


def test_what_is_another_item_s_own_clip_is_proposed_for_none() -> None:
    items = [youtube(ONE, TITLE, "2019-03-02"), youtube(TWO, TITLE, "2019-03-02")]
    clip = held(f"youtube-{ONE}", f"https://youtu.be/{ONE}", title=TITLE, uploaded="20190302")
    assert [one.standing for one in found(items, clip)] == ["held", "nowhere"]


def test_counts_are_all_of_the_expected() -> None:
    counts = Counts()
    items = [youtube(ONE), youtube(TWO), youtube("cccccccccc4", TITLE)]
    for one in found(items, held(f"youtube-{ONE}"), held("file-1", stated=stated(TWO)), held("vimeo-1", title=TITLE)):
        counts.add(one.standing)
    assert counts.expected == counts.held + counts.saved + counts.perhaps + counts.missing == 3
    assert (counts.held, counts.saved, counts.perhaps) == (1, 1, 1)


def test_a_later_capture_that_states_an_address_is_seen_too() -> None:
    file = "file-" + "0" * 32
    (one,) = found([youtube(ONE)], held(file, title=TITLE), held(file, title=TITLE, stated=stated(ONE)))
    assert (one.standing, one.clip) == ("saved", file)
