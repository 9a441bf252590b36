"""Following one evaluation literal by literal, and telling what became of one subject.

The generator makes code that tells of each literal when it is tried and when it held (`code`); what it tells
becomes a tree of calls and literals with their bindings (`record`). Of that, `select` picks what concerns a
subject, and `describe` says it in plain data: literals as they were written, values, and the facts read.
"""
