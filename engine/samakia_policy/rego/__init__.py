"""Rego in Python: a compiler and runtime that answer as OPA answers.

text -> tokens -> syntax tree -> resolved, safe, checked -> plan -> Python code object -> run
"""
