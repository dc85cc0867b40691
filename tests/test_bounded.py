"""Work in a process of its own ends within its bounds, whatever it does."""

import multiprocessing
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_tracker.bounded import Tell, bounded, nobody
from geo_tracker.errors import InputError, TooHeavyError, UnreadableFileError
from geo_tracker.importing.crs_guess import MissingCrsError, Proposal
from geo_tracker.language import N_, Message, translate
from geo_tracker.packed import PackedLayer, packed


def run(
    function: Callable[..., Any], *args: Any, seconds: int = 20, tell: Tell | None = None
) -> Any:
    """Run a function within bounds."""
    return bounded(function, *args, seconds=seconds, memory_mb=1000, file="村庄.zip", tell=tell)


def double(number: int) -> int:
    """Give twice a number, and say where."""
    return 2 * number


PROPOSAL = Proposal("EPSG:4549", "CM 120E", "", 120.0, 28.9)


def whose() -> int:
    """Say which process this is."""
    return os.getpid()


def refuse(path: Path) -> None:
    """Raise an error with everything such an error may have."""
    raise MissingCrsError(
        N_("%(file)s does not state its coordinate system."),
        proposals=[PROPOSAL],
        file=path.name,
    )


def stumble() -> None:
    """Meet what nobody foresaw."""
    raise ZeroDivisionError


def never_end() -> None:
    """Wait for longer than anybody has time."""
    time.sleep(600)


def take_memory() -> int:
    """Take two gigabytes."""
    return int(np.ones(2_000_000_000, dtype=np.uint8).sum())


def take_memory_in_pieces() -> int:
    """Take all memory in pieces too small for anybody to notice."""
    pieces = []
    while True:
        pieces.append(bytes(1000))


def die() -> None:
    """End as a library in C ends that finds its memory broken."""
    os.kill(os.getpid(), signal.SIGABRT)


def unpack_and_die(folder: Path) -> None:
    """Unpack something beside the rest, and end as `die` does."""
    (Path(tempfile.mkdtemp()) / "cun.shp").write_bytes(b"shapes")
    (folder / "begun").touch()
    die()


def squares() -> PackedLayer:
    """Give a layer whose outlines lie in a file."""
    return packed(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4549))


def test_a_result_comes_back_from_another_process() -> None:
    assert run(double, 21) == 42
    assert run(whose) != os.getpid()


def test_an_error_comes_back_with_its_message_and_all_it_carries() -> None:
    with pytest.raises(MissingCrsError) as caught:
        run(refuse, Path("a/cun.shp"))
    assert caught.value.proposals == [PROPOSAL]
    assert "cun.shp" in translate(caught.value.message, "zh_Hans_CN")


def test_what_nobody_foresaw_is_an_error_of_the_file() -> None:
    with pytest.raises(UnreadableFileError, match=r"村庄\.zip .*ZeroDivisionError"):
        run(stumble)


def test_work_without_an_end_is_ended() -> None:
    begun = time.monotonic()
    with pytest.raises(TooHeavyError, match="1 seconds"):
        run(never_end, seconds=1)
    assert time.monotonic() - begun < 10


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux")
@pytest.mark.parametrize("taking", [take_memory, take_memory_in_pieces])
def test_work_that_takes_too_much_memory_is_refused(taking: Callable[[], object]) -> None:
    with pytest.raises(TooHeavyError, match="1000 MB"):
        run(taking)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_process_that_dies_is_an_error_of_the_file() -> None:
    with pytest.raises(InputError):
        run(die)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_nothing_is_left_behind_whatever_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing = tmp_path / "passing"
    passing.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(passing))
    with pytest.raises(InputError):
        run(unpack_and_die, tmp_path)
    assert (tmp_path / "begun").exists()
    assert run(squares).unpacked().area.to_list() == [1]
    assert list(passing.iterdir()) == []


def say_steps(*, tell: Tell) -> str:
    """Say two things on the way, and leave something behind."""
    tell(Message(N_("Reading %(file)s"), {"file": "村庄.zip"}))
    folder = tempfile.mkdtemp()
    tell(Message("done"))
    return folder


def unpack_and_never_end(*, tell: Tell) -> None:
    """Say where something lies, and never end."""
    tell(Message(tempfile.mkdtemp()))
    never_end()


def test_what_is_said_on_the_way_is_heard_at_once_and_in_order() -> None:
    heard: list[Message] = []
    run(say_steps, tell=heard.append)
    assert [message.text for message in heard] == ["Reading %(file)s", "done"]
    assert heard[0].values == {"file": "村庄.zip"}


def test_what_was_unpacked_goes_with_the_process_however_it_ends() -> None:
    assert not Path(run(say_steps, tell=nobody)).exists()
    heard: list[Message] = []
    with pytest.raises(TooHeavyError):
        run(unpack_and_never_end, tell=heard.append, seconds=1)
    assert not Path(heard[0].text).exists()


def say_who_and_never_end(*, tell: Tell) -> None:
    """Say which process this is and where its passing files lie, and never end."""
    tell(Message(str(os.getpid())))
    unpack_and_never_end(tell=tell)


def read_for_long(sender: Connection) -> None:
    """Have something read that never ends; pass on what it says."""
    run(say_who_and_never_end, tell=lambda message: sender.send(message.text), seconds=600)


@pytest.mark.skipif(sys.platform != "linux", reason="processes can be watched on Linux")
def test_reading_ends_with_the_process_that_asked_for_it() -> None:
    context = multiprocessing.get_context("forkserver")
    receiver, sender = context.Pipe(duplex=False)
    asking = context.Process(target=read_for_long, args=(sender,))
    asking.start()
    reading = os.pidfd_open(int(receiver.recv()))
    folder = Path(receiver.recv())
    assert folder.exists()
    asking.kill()
    ended, _, _ = select.select([reading], [], [], 20)
    os.close(reading)
    assert ended
    assert not folder.exists()
