"""Replays recordings on an emulator."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial

from sandbox.offline.plugins import aws
from sandbox.offline.plugins.aws.session import configure
from sandbox.offline.plugins.serve import serve
from tests.sandbox.offline.plugins.conformance import invokes, world
from tests.sandbox.offline.plugins.conformance.recording import Recording, load
from tests.sandbox.offline.plugins.conformance.replay import Replay
from tests.sandbox.offline.plugins.emulator import Emulator
from tests.sandbox.offline.plugins.engine import Engine

Results = Callable[[str], dict[str, list[str]]]
"""Takes the name of a recording. Returns, by case, how the responses differ from the recorded ones."""


@contextmanager
def replays(emulator: Emulator) -> Iterator[Results]:
    """Replays each recording on first use, in an empty account with the resources that it refers to."""
    with serve([aws.provider()], emulator.environ) as attached, Engine.attached(attached) as engine:

        @cache
        def replayed(name: str) -> dict[str, list[str]]:
            emulator.reset()
            return _replay(emulator, engine, load(name))

        yield replayed


def _replay(emulator: Emulator, engine: Engine, recording: Recording) -> dict[str, list[str]]:
    cloud = configure({}, emulator.environ).client
    recording = recording.about(world.build(cloud, recording.name))
    before_refusals = partial(world.build_for_refusals, cloud, recording.name)
    if recording.name.startswith("invoke_"):
        before_refusals()
        return invokes.replay(engine, recording)
    refusal_base = world.ASIDE.get(recording.name, {})
    occupy = partial(world.occupy, cloud, recording.token)
    return Replay(engine, recording, world.drifts(cloud), refusal_base, occupy, before_refusals).run()
