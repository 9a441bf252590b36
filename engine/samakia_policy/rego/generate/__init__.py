"""From core form to Python code objects: `ast` nodes only, never text, from a short list of node types.

A body becomes straight-line code: a literal that fails leaves the innermost loop's turn (`continue`) or,
outside any loop, the function (`return`). That is Rego's backtracking, since every later literal lies inside
the loop.
"""
