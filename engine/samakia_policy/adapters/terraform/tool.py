"""The terraform or tofu of this machine, run in the root module of an environment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from samakia_policy.adapters.command import Finished, redact, run, secrets
from samakia_policy.errors import AdapterError, InputError

_NAMES = ("terraform", "tofu")


@dataclass(frozen=True, slots=True)
class Tool:
    """A binary, the root module it works in, and the variables it sees."""

    binary: str
    directory: str
    environment: Mapping[str, str]

    @property
    def name(self) -> str:
        """`terraform` or `tofu`."""
        return os.path.basename(self.binary)

    def run(self, *words: str) -> Finished:
        """Return how a subcommand ended, whatever the exit code."""
        return run([self.binary, *words], self.directory, self.environment)

    def require(self, *words: str) -> Finished:
        """Return how a subcommand ended; raises AdapterError unless with 0."""
        finished = self.run(*words)
        if finished.code:
            raise AdapterError(
                f"{self.name} {words[0]} ended with {finished.code}: {summary(finished.errors)}"
            )
        return finished

    def redact(self, text: str) -> str:
        """Return a text without the values of secret-class variables."""
        return redact(text, secrets(self.environment))


def find_tool(directory: str, variables: Mapping[str, str]) -> Tool:
    """Return the tool for a root module; raises InputError where there is no binary or no such directory."""
    if not os.path.isdir(directory):
        raise InputError("is no directory", where=directory, hint="name the root module with --chdir")
    named = variables.get("POLICY_TERRAFORM", "")
    path = variables.get("PATH", os.defpath)
    binary = named or next(filter(None, (shutil.which(name, path=path) for name in _NAMES)), None)
    if not binary:
        hint = "install one of them, or name it in POLICY_TERRAFORM"
        raise InputError("neither terraform nor tofu is installed", hint=hint)
    return Tool(binary, directory, _environment(variables))


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    # TF_CLI_ARGS could add a -target or a -destroy that nobody decided on.
    kept = {name: value for name, value in variables.items() if not name.startswith("TF_CLI_ARGS")}
    return {**kept, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1", "NO_COLOR": "1"}


def summary(text: str) -> str:
    """Return the sentence of a diagnostic that says what is wrong, on one line."""
    lines = [line.strip(" │╷╵") for line in text.splitlines()]
    return next((line for line in lines if line.startswith("Error:")), " ".join(filter(None, lines))[:200])
