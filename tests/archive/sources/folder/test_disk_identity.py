"""A disk is the same one under whatever mount, by what its file system says of itself."""

from pathlib import Path

from archive.sources.folder.disk_identity import identify


def mounts(folder: Path, place: Path, *, root: str = "/", device: str = "/dev/sdz1") -> Path:
    file = folder / "mountinfo"
    escaped = str(place).replace(" ", "\\040")
    file.write_text(
        "22 1 0:21 / / rw - ext4 /dev/sda1 rw\n"
        f"40 22 8:1 {root} {escaped} rw,nosuid shared:1 - exfat {device} rw\n"
        f"41 22 8:2 / {escaped}-other rw - ext4 /dev/sdy1 rw\n"
    )
    return file


def test_a_disk_keeps_its_name_under_another_mount(tmp_path: Path) -> None:
    for name in ("Red disk", "elsewhere"):
        (tmp_path / name / "films").mkdir(parents=True)
    found = [
        identify(tmp_path / name / "films", "Red disk", mounts=mounts(tmp_path, tmp_path / name))
        for name in ("Red disk", "elsewhere")
    ]
    assert found[0].name == found[1].name
    assert found[0].name.startswith("red-disk-")
    assert [one.folder for one in found] == ["films", "films"]
    assert [one.mount for one in found] == [str(tmp_path / "Red disk"), str(tmp_path / "elsewhere")]
    assert {one.filesystem for one in found} == {"exfat"}


def test_a_folder_that_is_mounted_by_itself_is_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "whole" / "films").mkdir(parents=True)
    (tmp_path / "bound").mkdir()
    whole = identify(tmp_path / "whole" / "films", "red", mounts=mounts(tmp_path, tmp_path / "whole"))
    bound = identify(tmp_path / "bound", "red", mounts=mounts(tmp_path, tmp_path / "bound", root="/films"))
    assert (whole.name, whole.folder) == (bound.name, bound.folder)


def test_two_folders_of_a_disk_and_two_disks_are_told_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    table = mounts(tmp_path, tmp_path)
    assert identify(tmp_path / "a", "red", mounts=table).name != identify(tmp_path / "b", "red", mounts=table).name


def test_where_the_system_tells_nothing_the_label_or_facts_tell_a_disk(tmp_path: Path) -> None:
    found = identify(tmp_path, mounts=tmp_path / "none")
    assert found.label
    assert found.serial
    assert (found.filesystem, found.mount) == ("unknown", "/")
