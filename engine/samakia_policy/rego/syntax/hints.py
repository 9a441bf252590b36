"""What to do about a parse error: advice by the words of the message and of the line."""

from __future__ import annotations

import re

_BY_MESSAGE = (
    (r"`if` keyword is required", "write `if` between the head and the body: `p if { ... }`"),
    (r"`contains` keyword is required", "write a partial set as `p contains x if { ... }`"),
    (r"must have value assignment", "give the rule a value, `p := 1`, or a body, `p if { ... }`"),
    (r"package expected", "begin the file with `package` and a name"),
    (r"empty module", "begin the file with `package` and a name"),
    (r"unexpected package", "a file has one package; put this part into a file of its own"),
    (r"found empty body", "a body holds at least one literal; `true` is one"),
    (r"non-terminated string", "close the string on the same line, or use backquotes for several lines"),
    (r"illegal escape sequence", r"write a backslash twice, `\\d`, or use backquotes: `\d`"),
    (r"non-breaking space", "replace the non-breaking space by a plain one"),
    (r"expected number without leading zero", "leave out the leading zero"),
    (r"illegal number format", "a name cannot begin with a digit; put a space after the number"),
    (r"expected (?:fraction|exponent)", "write at least one digit there"),
    (r"number too big", "the exponent is out of the range that rules can count in"),
    (r"keyword cannot be used for rule name", "choose another name, or use the keyword only after a dot"),
    (r"must not end with a keyword", "name the import: `import data.a.if as rules`"),
    (r"unexpected import path", "import from `data`, `input`, `future.keywords` or `rego.v1`"),
    (r"imports cannot be aliased", "leave out `as`"),
    (r"illegal default rule \(value", "a default is a constant; compute the value in a rule"),
    (r"illegal default rule \(arguments", "name each argument once, or write `_`"),
    (r"must have a value", "write `default p := <value>`"),
    (r"else keyword cannot be used", "write a second rule instead of `else`"),
    (r"illegal ref \(head cannot be", "give the value a name first: `x := ...`, then `x.y`"),
    (r"unexpected whitespace token: expected identifier", "write the name right after the dot"),
    (r"illegal negation of '", "negate a rule or a comprehension instead, or move `not` into the body"),
    (r"expected \\n or ;", "put each literal on a line of its own, or `;` between two"),
    (r"expected \"?,\"? or", "separate elements by commas and close the bracket"),
    (r"non-terminated (?:set|object)", "separate elements by commas and close the brace"),
    (r"non-terminated expression", "close the parenthesis"),
    (r"expected rule head name", "a rule begins with its name"),
    (r"expected \w* ?rule value term|expected function value term", "write the value after `:=`"),
    (r"missing body", "write `every x in xs { ... }`"),
    (r"expected as keyword", "write `with <path> as <value>`"),
    (r"invalid annotation scope|annotation scope '", "write the block right above what it is about"),
    (r"template strings are not supported", "this file is read as Rego v0; use `sprintf`"),
    (r"conflicts with built-in", "choose a name that no built-in function has"),
    (
        r"rule (?:name|head)|rule argument",
        "a rule is a name with a value or a body: `p := 1`, `p if { ... }`",
    ),
    (r"expecting (?:string|var)", 'a path is made of names; write others as `["..."]`'),
    (r"reserved name", "choose another name"),
    (r"import.*must be|unexpected keyword, must be", "import one of the names that the message lists"),
    (r"else value term|rule body expected|expected else", "write `else := <value> if { ... }`"),
    (r'expected ":"', "write each entry as `key: value`"),
    (r"expected \[", "close the bracket of the reference"),
    (r"expected identifier", "write a name right after the dot, or an element in brackets"),
    (r"expected number", "write digits there; only numbers and references can be negative"),
    (r"expected (?:var|ident)|to be a variable", "write a name there"),
    (r"expected `x", "write `some x in xs`, `every x in xs { ... }`"),
    (r"multi-value rule", "write a function with a value, `f(x) := y if { ... }`"),
    (r"illegal string literal", r"four hexadecimal digits follow `\u`; a tab is written `\t`"),
    (r"template", "an expression in a template is one term; compute it before"),
    (r"illegal (?:null|byte|utf)", "save the file as UTF-8 text without this character"),
    (r"illegal \$", 'a template string begins with `$"`'),
    (r"illegal token", "this character has a meaning in strings and comments only"),
    (r"METADATA|^yaml|^invalid (?:author|related|schema|document|map)", "METADATA is YAML: `# title: text`"),
    (r"entrypoint", "give the block the scope `document`"),
    (r"parenthesized group", "write operands between the parentheses, and close them"),
    (r"unexpected (?:if|contains) keyword", "write the value or key that is missing before it"),
    (r"unexpected \w+ keyword", "a keyword cannot stand here; after a dot it can be a name"),
    (r"unexpected eof", "something is missing at the end: a name, a value or a closing bracket"),
    (
        r"unexpected (?:minus|plus)",
        'an operator stands between two terms; names are written `["a-b"]`',
    ),
    (r"unexpected (?:\w{2,}) token", "an operator or a term is missing before it"),
    (r"unexpected . token", "a term is missing before it, or it closes nothing"),
)
_OWN = re.compile(r" \(hints?: (.*)\)\Z", re.DOTALL)
_BY_TOKEN = (
    ("&&", "write literals on lines of their own; all of them have to hold"),
    ("||", "write a second rule for the other case"),
    ("!", "write `not` before the literal"),
    ("===", "write `==`"),
    ("=>", "write `>=` to compare, `:=` to assign"),
    ("//", "comments begin with `#`"),
    ("/*", "comments begin with `#`"),
    ("'", 'strings stand in double quotes: `"a"`'),
    ("\u201c", 'strings stand in double quotes: `"a"`'),
)


def advice(message: str, before: str, after: str) -> str:
    """Return what to do; `before` and `after` are the parts of the line around the place."""
    own = _OWN.search(message)
    if own:
        return own[1]
    for token, hint in _BY_TOKEN:
        tail = token[1:]
        near = after.startswith(token) or (tail and before.endswith(token[0]) and after.startswith(tail))
        if near and ("unexpected" in message or "illegal" in message):
            return hint
    for pattern, hint in _BY_MESSAGE:
        if re.search(pattern, message):
            return hint
    return ""
