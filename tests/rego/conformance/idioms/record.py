"""Ask the real opa about every idiom and write its answers: `python tests/rego/conformance/idioms/record.py`.

`corpus.json` holds the modules, queries and the one input; `answers.json` what opa says, plain and strict.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def corpus() -> dict[str, Any]:
    """Return the idioms: one input, and cases with group, name, module and query."""
    found: dict[str, Any] = json.loads((HERE / "corpus.json").read_text("utf-8"))
    return found


def answers() -> dict[str, Any]:
    """Return what opa said: its version, and by group and name the plain and the strict answer."""
    found: dict[str, Any] = json.loads((HERE / "answers.json").read_text("utf-8"))
    return found


def title(case: dict[str, Any]) -> str:
    """Return the name of a case among all."""
    return f"{case['group']}: {case['name']}"


def ask(case: dict[str, Any], value: Any, *, strict: bool) -> dict[str, Any]:
    """Return opa's answer to one case."""
    with tempfile.TemporaryDirectory() as folder:
        module, file = Path(folder, "idiom.rego"), Path(folder, "input.json")
        module.write_text(case["module"], "utf-8")
        file.write_text(json.dumps(value), "utf-8")
        flags = ["--strict-builtin-errors"] if strict else []
        command = ["opa", "eval", *flags, "-d", "idiom.rego", "-i", "input.json", case["query"]]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return answer(json.loads(done.stdout))


def answer(output: dict[str, Any]) -> dict[str, Any]:
    """Return the part of an output that must be the same: the value, that there is none, or the errors."""
    if "errors" in output:
        return {"errors": [[e.get("code", ""), e["message"]] for e in output["errors"]]}
    if "result" not in output:
        return {"undefined": True}
    return {"value": output["result"][0]["expressions"][0]["value"]}


def main() -> int:
    """Write the answers of the opa on the path."""
    found = corpus()
    version = subprocess.run(["opa", "version"], capture_output=True, text=True, check=True).stdout
    with ThreadPoolExecutor(2) as pool:
        plain = pool.map(lambda case: ask(case, found["input"], strict=False), found["cases"])
        strict = pool.map(lambda case: ask(case, found["input"], strict=True), found["cases"])
        pairs = zip(found["cases"], plain, strict, strict=True)
        said = {title(case): {"plain": one, "strict": other} for case, one, other in pairs}
    made = {"opa": version.split("\n")[0].removeprefix("Version: "), "answers": said}
    text = json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    (HERE / "answers.json").write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
