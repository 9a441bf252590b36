"""METADATA blocks: found among the comments, read as YAML, attached to the package or rule below."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable

from samakia_policy.rego.errors import PARSE, Fault
from samakia_policy.rego.syntax.explain import details
from samakia_policy.rego.syntax.location import Location, Source
from samakia_policy.rego.syntax.nodes import Annotations, Comment, Import, Module, Node, Ref, Rule
from samakia_policy.rego.syntax.printer import text_of
from samakia_policy.rego.syntax.walk import is_ground

_SCOPES = ("rule", "document", "package", "subpackages")


def read_annotations(source: Source, comments: list[Comment]) -> tuple[list[Annotations], list[Fault]]:
    """Return the METADATA blocks of a file, and what is wrong with those that cannot be read."""
    if "METADATA" not in source.text:
        return [], []
    found: list[Annotations] = []
    faults: list[Fault] = []
    for first, lines in _blocks(comments):
        read = _read(source, first, lines)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            found.append(read)
    return found, faults


def _opens(comment: Comment) -> bool:
    assert comment.location
    return comment.text.strip().startswith("METADATA") and comment.location.col == 1


def _blocks(comments: list[Comment]) -> list[tuple[Comment, list[Comment]]]:
    """Return the first comment of each block and those that follow it, line after line at the margin."""
    blocks: list[tuple[Comment, list[Comment]]] = []
    row = -1
    for comment in comments:
        assert comment.location
        if _opens(comment):
            blocks.append((comment, []))
            row = comment.location.row
        elif row > 0 and comment.location.row == row + 1 and comment.location.col == 1:
            blocks[-1][1].append(comment)
            row += 1
        else:
            row = -1
    return blocks


def _read(source: Source, first: Comment, lines: list[Comment]) -> Annotations | Fault:
    from samakia_policy.rego.syntax.metadata import BadMetadata, read_metadata

    assert first.location
    texts = [line.text.removeprefix(" ") for line in lines]
    try:
        values = read_metadata(texts, [line.location.row for line in lines if line.location])
    except BadMetadata as bad:
        place = (
            lines[min(bad.line, len(lines) - 1)].location
            if bad.line is not None and lines
            else first.location
        )
        assert place
        return Fault(PARSE, str(bad), place, details=details(source.text, place.offset))
    block = "# METADATA\n" + "\n".join(f"# {text}" for text in texts)
    last = lines[-1] if lines else first
    assert last.location
    # As in OPA the comment, too, has the text of the whole block from now on.
    place = first.location = Location(source.file, first.location.row, 1, first.location.offset, block)
    return Annotations(str(values.get("scope", "")), values, last.location.row, location=place)


def attach_annotations(module: Module) -> list[Fault]:
    """Give each block its scope and its rule; return what is wrong with scopes."""
    if not module.annotations:
        return []
    below = _statements_below(module)
    faults: list[Fault] = []
    targets: list[Node | None] = []
    for block in module.annotations:
        target = below(block)
        targets.append(target)
        _default_scope(block, target)
        faults += _scope_faults(block, target)
    if not faults:
        _attach_to_rules(module, targets)
    return faults


def _statements_below(module: Module) -> Callable[[Annotations], Node | None]:
    statements: list[Node] = [module, *module.imports, *module.rules]
    placed = sorted(((_row(node), index) for index, node in enumerate(statements)))
    rows = [row for row, _ in placed]

    def below(block: Annotations) -> Node | None:
        index = bisect_right(rows, _row(block))
        return statements[placed[index][1]] if index < len(placed) else None

    return below


def _row(node: Node) -> int:
    return node.location.row if node.location else 0


def _default_scope(block: Annotations, target: Node | None) -> None:
    if block.scope:
        return
    if isinstance(target, Rule):
        block.scope = "document" if block.values.get("entrypoint") else "rule"
    elif isinstance(target, Module):
        block.scope = "package"
    elif isinstance(target, Import):
        block.scope = "import"
    block.values["scope"] = block.scope


def _scope_faults(block: Annotations, target: Node | None) -> list[Fault]:
    scope, messages = block.scope, list[str]()
    wanted = "rule" if scope in _SCOPES[:2] else "package"
    have = {Rule: "rule", Module: "package", Import: "import"}.get(type(target), "")
    if scope not in _SCOPES:
        listed = "', '".join(_SCOPES[:3])
        messages.append(f"invalid annotation scope '{scope}'. Use one of '{listed}', or 'subpackages'")
    elif have != wanted:
        shown = f" (have {have})" if have else ""
        messages.append(f"annotation scope '{scope}' must be applied to {wanted}{shown}")
    if block.values.get("entrypoint") and scope not in ("document", "package"):
        messages.append(f"annotation entrypoint applied to non-document or package scope '{scope}'")
    return [Fault(PARSE, message, block.location) for message in messages]


def _attach_to_rules(module: Module, targets: list[Node | None]) -> None:
    """Give document blocks to all rules of the same name; rule blocks to the rule they stand above.

    A rule block goes to a rule below it of the same name, and once a rule has taken blocks, the last of
    them is used up.
    """
    documents: dict[str, list[int]] = defaultdict(list)
    waiting: dict[str, list[int]] = defaultdict(list)
    for index, (block, target) in enumerate(zip(module.annotations, targets, strict=True)):
        if isinstance(target, Rule) and block.scope in ("document", "rule"):
            (documents if block.scope == "document" else waiting)[_ground_name(target)].append(index)
    pending: dict[str, list[int]] = defaultdict(list)
    for rule in module.rules:
        name = _ground_name(rule)
        if name not in documents and name not in waiting:
            continue
        queue, mine = waiting[name], pending[name]
        while queue and _row(module.annotations[queue[0]]) < _row(rule):
            insort(mine, queue.pop(0))
        rule.annotations = [module.annotations[index] for index in sorted([*documents[name], *mine])]
        if mine:
            mine.pop()


def _ground_name(rule: Rule) -> str:
    ref = rule.head.ref
    path = []
    for part in ref.path:
        if not is_ground(part):
            break
        path.append(part)
    return text_of(Ref(ref.head, path))
