from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.sim.loop import SimClock, simulate
from vcluster_contract.config import SyncerConfig, encode
from vcluster_syncer.app.config_file import LOOK_EVERY, ConfigError, changed, read


def test_reads_what_the_compiler_wrote(tmp_path: Path) -> None:
    file = tmp_path / "syncer-config.json"
    file.write_bytes(encode(SyncerConfig(log_level="debug")))
    config, raw = read(file)
    assert config.log_level == "debug"
    assert raw == file.read_bytes()


@pytest.mark.parametrize(("content", "advice"), [(None, "install with the chart"), (b'{"newKey": 1}', "image tag")])
def test_says_in_one_sentence_what_to_do(tmp_path: Path, content: bytes | None, advice: str) -> None:
    file = tmp_path / "syncer-config.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=advice) as caught:
        read(file)
    assert str(file) in str(caught.value)


def test_notices_a_change_but_not_a_moment_without_file(tmp_path: Path) -> None:
    file = tmp_path / "syncer-config.json"
    file.write_bytes(b"one")

    async def main() -> None:
        clock = SimClock()
        task = asyncio.create_task(changed(file, b"one", clock))
        await asyncio.sleep(3 * LOOK_EVERY)
        file.unlink()
        await asyncio.sleep(3 * LOOK_EVERY)
        file.write_bytes(b"")
        await asyncio.sleep(3 * LOOK_EVERY)
        assert not task.done()
        file.write_bytes(b"two")
        await asyncio.wait_for(task, 2 * LOOK_EVERY)

    simulate(main())
