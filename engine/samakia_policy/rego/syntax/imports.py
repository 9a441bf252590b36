"""Imports, and the keywords that some of them bring."""

from __future__ import annotations

import re

from samakia_policy.rego.syntax.kinds import value_name
from samakia_policy.rego.syntax.location import Location, Span
from samakia_policy.rego.syntax.nodes import Import, Ref, Scalar, Term, Var
from samakia_policy.rego.syntax.printer import text_of
from samakia_policy.rego.syntax.rules import Rules
from samakia_policy.rego.syntax.terms import ROOTS
from samakia_policy.rego.syntax.tokens import (
    ALL_FUTURE_WORDS,
    IDENTIFIER,
    WORDS,
    WORDS_V1,
    Tokens,
)
from samakia_policy.rego.syntax.walk import head_name

_NAME = re.compile(r"[A-Za-z_][A-Za-z_\d]*\Z")
_BEGINNINGS = (*ROOTS, "future", "rego")


class Imports(Rules):
    """`import path as name`."""

    def beside(self, tokens: Tokens, words: dict[str, str]) -> Rules:
        """Return a parser at the same place with other tokens and keywords."""
        raise NotImplementedError

    def name_or_keyword(self) -> bool:
        """Whether a name, or a keyword standing for one, is here."""
        if self.kind is not IDENTIFIER and self.allowed_in_ref(self.kind):
            self.kind = IDENTIFIER
        return self.kind is IDENTIFIER

    def import_(self) -> Import | None:
        """Parse an import; None, without an error, where `import` begins a reference."""
        place = self.here()
        self.advance()
        if self.touches() in (".", "["):
            return None
        if not self.name_or_keyword():
            self.illegal()
            return None
        path = self._path()
        if path is None:
            return None
        found = Import(path, location=place)
        if self.kind == "as":
            return self._alias(found)
        self._refuse_keyword_at_end(path)
        return found

    def _path(self) -> Ref | None:
        term = self._plain_path() or self._any_path()
        if isinstance(term, Var):
            term = Ref(term, [], location=term.location)
        if not isinstance(term, Ref):
            self.fault(self.here(), "expected path")
            return None
        for part in term.path:
            if not isinstance(part, Scalar) or not isinstance(part.value, str):
                assert part.location
                self.fault(part.location, f"unexpected {value_name(part)} token: expecting string")
                return None
        first = head_name(term)
        if first not in _BEGINNINGS:
            assert term.location
            return self._refuse_path(term.location, term.head)
        return term

    def _plain_path(self) -> Term | None:
        """Read a path of plain names, if it is one; what they mean elsewhere does not matter."""
        at, texts, starts, ends = self.at, self.texts, self.starts, self.ends
        last = at
        while self.kinds[last + 1] == "." and starts[last + 1] == ends[last]:
            if starts[last + 2] != ends[last + 1] or not _NAME.match(texts[last + 2]):
                return None
            last += 2
        if starts[last + 1] == ends[last] or not _NAME.match(texts[at]):
            return None
        source = self.source
        path: list[Term] = [
            Scalar(texts[index], location=Span(source, starts[index], ends[index]))
            for index in range(at + 2, last + 1, 2)
        ]
        head = self.variable()
        self.at = last
        self.advance()
        self._after_path()
        return Ref(head, path, location=Span(source, starts[at], ends[last]))

    def _after_path(self) -> None:
        """The token after a path has been read as if no future keyword were known."""
        if self.texts[self.at] in ALL_FUTURE_WORDS and self.kind != "as":
            self.kind = IDENTIFIER

    def _any_path(self) -> Term | None:
        """Parse the path as a term, as if no future keyword were known."""
        tokens = self.tokens.copy()
        tokens.untag(ALL_FUTURE_WORDS)
        words = {word: kind for word, kind in self.words.items() if word not in ALL_FUTURE_WORDS}
        ahead = self.beside(tokens, words)
        term = ahead.term()
        if len(tokens.kinds) != len(self.kinds):
            self.tokens = tokens
            self.kinds, self.texts, self.starts, self.ends = (
                tokens.kinds,
                tokens.texts,
                tokens.starts,
                tokens.ends,
            )
        self.restore(ahead.save())
        self._after_path()
        return term

    def _refuse_path(self, place: Location, head: Term) -> Ref | None:
        self.hint("if this is unexpected, try updating OPA")
        shown = text_of(head)
        message = "unexpected import path, must begin with one of: {data, future, input, rego}"
        self.fault(place, f"{message}, got: {'' if shown in ('&', '|') else shown}")
        return None

    def _alias(self, found: Import) -> Import | None:
        self.advance()
        if self.kind is not IDENTIFIER:
            self.illegal("expected var")
            return None
        alias = self.term()
        if isinstance(alias, Var):
            found.alias, found.alias_location = alias.name, alias.location
            return found
        if isinstance(alias, Ref) and not alias.path and head_name(alias) in ROOTS:
            assert alias.location
            name = head_name(alias)
            self.fault(alias.location, f"unexpected import alias, must not be a reserved name, got: {name}")
            return None
        self.illegal("expected var")
        return None

    def _refuse_keyword_at_end(self, path: Ref) -> None:
        first = head_name(path)
        last = path.path[-1] if path.path else path.head
        name = getattr(last, "value", getattr(last, "name", ""))
        keywords = WORDS if self.version == 0 else WORDS | WORDS_V1
        if name in keywords and not (path.path and first == "future"):
            assert last.location
            self.hint("import a different path or use an alias")
            self.fault(last.location, f"unexpected import path, must not end with a keyword, got: {name}")

    def activate(self, found: Import) -> None:
        """Take in the keywords of an import of `rego` or `future`."""
        first = head_name(found.path)
        if first == "rego":
            self._rego(found)
        elif first == "future":
            self._future(found)
        if first in ("rego", "future") and self.kind is IDENTIFIER:
            self.kind = self.words.get(self.texts[self.at], IDENTIFIER)

    def _rego(self, found: Import) -> None:
        assert found.path.location
        names = [getattr(part, "value", "") for part in found.path.path]
        if names not in (["v1"], ["v2"]):
            shown = f"invalid import `{text_of(found.path)}`"
            self.fault(found.path.location, f"{shown}, must be one of: `rego.v1`, `rego.v2`")
        elif found.alias:
            assert found.alias_location
            self.fault(found.alias_location, "`rego` imports cannot be aliased")
        elif names == ["v2"]:
            self.add_words(ALL_FUTURE_WORDS)
            self.not_bodies = True
        elif self.version == 0:
            self.add_words(WORDS_V1)

    def _future(self, found: Import) -> None:
        names = [getattr(part, "value", "") for part in found.path.path]
        assert found.path.location
        if names[:1] != ["keywords"]:
            self.fault(found.path.location, "invalid import, must be `future.keywords`")
        elif found.alias:
            assert found.alias_location
            self.fault(found.alias_location, "`future` imports cannot be aliased")
        elif names[1:] and names[1] not in ALL_FUTURE_WORDS and not names[2:]:
            known = " ".join(sorted(ALL_FUTURE_WORDS))
            self.fault(found.path.location, f"unexpected keyword, must be one of [{known}]")
        else:
            chosen = names[1:] if names[1:] and not names[2:] else list(ALL_FUTURE_WORDS)
            self.add_words({word: ALL_FUTURE_WORDS[word] for word in chosen})
            self.not_bodies = self.not_bodies or "not" in chosen
