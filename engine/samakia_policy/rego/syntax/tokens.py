"""Text to tokens: one regular expression; what it does not accept is looked at again in `malformed`.

A token is its kind, its text and where it starts and ends, in four parallel lists. Kinds are the names that
messages use for them, so that a message can be made of the kind itself.
"""

from __future__ import annotations

import re
from itertools import islice

from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.syntax.malformed import Malformed, blur, malformed, spread_bad_characters

ILLEGAL, EOF, WHITESPACE = "illegal", "eof", "whitespace"
IDENTIFIER, NUMBER, STRING = "identifier", "number", "string"
PART, END = "template-string-part", "template-string-end"
RAW_PART, RAW_END = "raw-template-string-part", "raw-template-string-end"
AND_WORD, OR_WORD = "and keyword", "or keyword"
"""`and` and `or` name the operators `&` and `|`; these are the words."""

WORDS = {
    word: word
    for word in ("package", "import", "as", "default", "else", "not", "some", "with", "null", "true", "false")
}
WORDS_V1 = {word: word for word in ("in", "every", "contains", "if")}
FUTURE_WORDS = {"not": "not", "and": AND_WORD, "or": OR_WORD}
ALL_FUTURE_WORDS = WORDS_V1 | FUTURE_WORDS
SHOWN = {AND_WORD: "and", OR_WORD: "or"}

PUNCTUATION = {
    **{char: char for char in "[]{}(),:.;"},
    "+": "plus",
    "-": "minus",
    "*": "mul",
    "/": "div",
    "%": "rem",
    "&": "and",
    "|": "or",
    "=": "eq",
    "==": "equal",
    ":=": "assign",
    "!=": "neq",
    ">": "gt",
    "<": "lt",
    ">=": "gte",
    "<=": "lte",
}

_TOKEN = re.compile(
    r"""[ \t\r\n]*+(?:
      ([A-Za-z_][A-Za-z_\d]*)
    | ([\[\]{}(),.;+*/%&|-] | :=? | ==? | != | [<>]=?)
    | ("[^"\\\n]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\n]*)*" | `[^`]*`)
    | ([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z_.]))
    | (\#[^\n]*)
    | (.)
    | \Z
    )""",
    re.VERBOSE | re.DOTALL,
)
_WORD, _SIGN, _STRING, _NUMBER, _COMMENT, _OTHER = range(1, 7)
_KINDS = {_STRING: STRING, _NUMBER: NUMBER}
_TEMPLATE = re.compile(r'[^"\\\n{]*(?:\\(?:["\\/bfnrt{]|u[0-9a-fA-F]{4})[^"\\\n{]*)*(["{])')
_RAW_TEMPLATE = re.compile(r"[^`{\\]*(?:\\\{?[^`{\\]*)*([`{])")
_BAD = re.compile("[\0\ufeff\ud800-\udfff]")
_BAD_SHOWN = 100


@slotted()
class Tokens:
    """The tokens of a text; `errors` holds what is wrong with the illegal ones, by index."""

    text: str
    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    errors: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def add(self, kind: str, start: int, end: int) -> None:
        """Append a token."""
        self.kinds.append(kind)
        self.texts.append(self.text[start:end])
        self.starts.append(start)
        self.ends.append(end)

    def untag(self, words: dict[str, str]) -> None:
        """Make identifiers of these keywords."""
        for index, text in enumerate(self.texts):
            if text in words:
                self.kinds[index] = IDENTIFIER

    def insert(self, index: int, kind: str, start: int, end: int) -> None:
        """Put a token before another."""
        self.kinds.insert(index, kind)
        self.texts.insert(index, self.text[start:end])
        self.starts.insert(index, start)
        self.ends.insert(index, end)
        self.errors = {key + (key >= index): value for key, value in self.errors.items()}

    def copy(self) -> Tokens:
        """Return a copy."""
        lists = list(self.kinds), list(self.texts), list(self.starts), list(self.ends)
        return Tokens(self.text, *lists, self.comments, dict(self.errors))

    def retag(self, words: dict[str, str], start: int = 0) -> None:
        """Make keywords of the identifiers that are among these words, from a token on."""
        texts, kinds = self.texts, self.kinds
        for index in range(start, len(kinds)):
            if kinds[index] is IDENTIFIER and texts[index] in words:
                kinds[index] = words[texts[index]]


def tokenize(text: str, words: dict[str, str]) -> Tokens:
    """Split a text into tokens; never fails: what is wrong is an illegal token."""
    tokens = Tokens(text)
    position = 1 if text.startswith("\ufeff") else 0
    open_templates: list[tuple[bool, int]] = []
    while position >= 0:
        position = _scan(tokens, position, words, open_templates)
    tokens.add(EOF, len(text), len(text))
    if not text.isascii():
        blur(tokens)
    if _BAD.search(text, 1 if text.startswith("\ufeff") else 0):
        found = _BAD.finditer(text, 1 if text.startswith("\ufeff") else 0)
        spread_bad_characters(tokens, [bad.start() for bad in islice(found, _BAD_SHOWN)])
    return tokens


def _scan(tokens: Tokens, position: int, words: dict[str, str], opened: list[tuple[bool, int]]) -> int:
    """Add plain tokens; return where to go on after one that is not plain, or -1 at the end."""
    add_kind, add_text = tokens.kinds.append, tokens.texts.append
    add_start, add_end = tokens.starts.append, tokens.ends.append
    for found in _TOKEN.finditer(tokens.text, position):
        which = found.lastindex
        if which is None:
            break
        lexeme = found[which]
        start, end = found.span(which)
        if which == _WORD:
            add_kind(words.get(lexeme, IDENTIFIER))
        elif which == _SIGN:
            if opened and lexeme in "{}" and _braces(lexeme, opened):
                tokens.add("}", start, start + 1)
                return _template(tokens, start + 1, opened.pop()[0], opened)
            add_kind(PUNCTUATION[lexeme])
        elif which == _COMMENT:
            tokens.comments.append((start, end))
            continue
        elif which == _OTHER:
            return _other(tokens, start, opened)
        else:
            add_kind(_KINDS[which])
        add_text(lexeme)
        add_start(start)
        add_end(end)
    return -1


def _braces(lexeme: str, opened: list[tuple[bool, int]]) -> bool:
    """Count braces inside a template expression; true if this one ends the expression."""
    raw, depth = opened[-1]
    if lexeme == "}" and depth == 0:
        return True
    opened[-1] = (raw, depth + (1 if lexeme == "{" else -1))
    return False


def _other(tokens: Tokens, start: int, opened: list[tuple[bool, int]]) -> int:
    text = tokens.text
    if text.startswith(('$"', "$`"), start):
        return _template(tokens, start + 2, text[start + 1] == "`", opened, start)
    return _add_malformed(tokens, start, malformed(text, start))


def _add_malformed(tokens: Tokens, start: int, found: Malformed) -> int:
    if found.errors or not found.kind:
        tokens.errors[len(tokens.kinds)] = found.errors
    tokens.add(ILLEGAL if found.errors else found.kind or ILLEGAL, start, found.end)
    return found.end


def _template(tokens: Tokens, at: int, raw: bool, opened: list[tuple[bool, int]], start: int = -1) -> int:
    """Add one part of a template string, from the quote or brace before it to an expression or the end."""
    begin = at if start < 0 else start
    found = (_RAW_TEMPLATE if raw else _TEMPLATE).match(tokens.text, at)
    if found:
        end = found.end()
    else:
        broken = malformed(tokens.text, at - 1, template=True, raw=raw)
        end = broken.end
        if broken.errors:
            return _add_malformed(tokens, begin, broken)
    more = tokens.text[end - 1] == "{"
    if more:
        opened.append((raw, 0))
    tokens.add((RAW_PART if raw else PART) if more else (RAW_END if raw else END), begin, end)
    tokens.texts[-1] = tokens.text[at - 1 : end]
    return end
