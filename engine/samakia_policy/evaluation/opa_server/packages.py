"""Plain packages on an OPA server: uploaded below a prefix of their own, asked, and removed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from samakia_policy.evaluation.base import Limits
from samakia_policy.evaluation.conversation import overrun
from samakia_policy.evaluation.opa_server.connection import Connection, Nonsense, Slow, Unavailable
from samakia_policy.evaluation.opa_server.modules import below
from samakia_policy.evaluation.opa_server.package_modules import answering, asked_documents, stub
from samakia_policy.evaluation.opa_server.uploaded import WRONG
from samakia_policy.evaluation.plain import CONFLICT, Asked, Said
from samakia_policy.evaluation.plain.groups import Group, answers
from samakia_policy.rego.syntax.upgrade import COMPATIBLE, upgraded

_V0 = "policy_v0"
_REFUSED = "the OPA server does not take its package (`opa check` of the server's version says why)"


class UploadedPackages:
    """Packages below one prefix, and what asks them below another, where no rule of theirs can see it."""

    def __init__(self, connection: Connection, asked: Asked, limits: Limits) -> None:
        self._connection, self._asked, self._limits = connection, asked, limits
        self._run = f"policy_run_{secrets.token_hex(8)}"
        self._names: list[str] = []
        self._stubs: dict[str, str] = {}
        self.complete = False

    def _upload(self) -> bool:
        """Upload every module; returns False where one does not compile on this server.

        A function must be there before the module that calls it: until all are, each is there as a stub.
        """
        compiled = self._asked.compiled
        texts = {name: self._text(name) for name in compiled.modules}
        held = [stub(self._run, text, compiled.packages[name]) for name, text in texts.items()]
        self._stubs = {f"{self._run}/m{number}": text for number, text in enumerate(held)}
        first = {"v0": f"package {self._run}.{_V0}\n{COMPATIBLE}"}
        first |= {f"stub{number}": text for number, text in enumerate(held)}
        rest = {f"m{number}": text for number, text in enumerate(texts.values())}
        rest |= {"refs": asked_documents(self._run, self._asked), "answer": answering(self._run, self._asked)}
        done = all(self._put(name, text) for name, text in (first | rest).items())
        for number in range(len(held)):
            self._take(f"stub{number}")
        self.complete = done
        return done

    def remove(self) -> None:
        """Remove what was uploaded, what needs others first; what need one another become stubs before."""
        self._remove()
        with suppress(Unavailable, Slow):
            for name in self._names:
                self._connection.upload(name, self._stubs.get(name, ""), self._limits.load_seconds)
        self._remove()

    def _remove(self) -> None:
        left = [name for name in reversed(self._names) if not self._connection.remove(name)]
        self._names = left[::-1]

    def all_answers(self) -> list[Said]:
        """Return every answer; raises Unavailable."""
        if not self._upload():
            return [Said(*pair, error=_REFUSED) for pair in self._asked.questions()]
        return list(answers(self._asked, self._said))

    def _text(self, name: str) -> str:
        text, version = self._asked.compiled.modules[name]
        return below(self._run, text if version else upgraded(name, text, f"data.{_V0}"))

    def _put(self, name: str, module: str) -> bool:
        kept = self._connection.upload(f"{self._run}/{name}", module, self._limits.load_seconds)
        if kept:
            self._names.append(f"{self._run}/{name}")
        return kept

    def _take(self, name: str) -> None:
        path = f"{self._run}/{name}"
        if path in self._names:
            self._names.remove(path)
            self._connection.remove(path)

    def _said(self, group: Group) -> list[list[Any]] | str:
        decision = secrets.token_hex(16)
        seconds = self._limits.rule_seconds * (2 if group.size > 1 else 1)
        path = f"{self._run}_asks/answer"
        try:
            said = self._connection.ask(path, self._body(group, decision), seconds, strict=False)
        except Slow:
            return overrun(self._limits.rule_seconds, "running")
        except Nonsense:
            return WRONG
        if said is None:
            return CONFLICT
        if not isinstance(said, Mapping) or said.get("decision") != decision:
            return WRONG
        found = said.get("said")
        return found if isinstance(found, list) else CONFLICT

    def _body(self, group: Group, decision: str) -> str:
        inputs = ",".join(self._asked.inputs[number].line() for number in group.inputs)
        wanted = json.dumps([f"r{number}" for number in group.paths])
        data = self._asked.compiled.data
        return (
            f'{{"input":{{"decision":"{decision}","wanted":{wanted},"data":{data},"documents":[{inputs}]}}}}'
        )
