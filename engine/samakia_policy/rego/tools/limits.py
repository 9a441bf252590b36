"""What surrounds an evaluation: a limit on its time, and the recording of what it runs through."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.errors import CANCEL, EvaluationFault

if TYPE_CHECKING:
    from samakia_policy.rego.tools.flags import Chosen
    from samakia_policy.rego.tools.loaded import Loaded
    from samakia_policy.rego.tools.recorder import Recorder


@contextmanager
def recording(chosen: Chosen, policy: Any, loaded: Loaded, query: Any) -> Iterator[Recorder | None]:
    """Record what runs inside where coverage or a profile is wanted; yields the recorder, or None."""
    if not chosen["coverage"] and not chosen["profile"] and chosen["explain"] == "off":
        yield None
        return
    from samakia_policy.rego.tools.index_exclusion import Exclusions
    from samakia_policy.rego.tools.recorder import Recorder

    recorder = Recorder(list(loaded.modules.values()), Exclusions(list(policy.compiled.modules.values())))
    if chosen["explain"] != "off":
        from samakia_policy.rego.tools.explain import Steps, Texts

        recorder.steps = Steps(Texts(policy.compiled), query.body)
    with recorder.recording(query):
        yield recorder


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop what runs inside after so many seconds, with OPA's error; 0 is without limit."""
    if not seconds:
        yield
        return
    import signal

    before = signal.signal(signal.SIGALRM, _stop)
    # Once more each second: what is raised where Python drops exceptions is raised again.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(number: int, frame: Any) -> None:
    raise EvaluationFault(CANCEL, "caller cancelled query execution")
