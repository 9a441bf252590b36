"""Packages and documents that are awkward: files by name, and flags beside `--policy p` and document d."""

from __future__ import annotations

from collections.abc import Mapping

_MAIN = "package main\n\nimport rego.v1\n\n"
_INPUT = "deny contains json.marshal(input)\n"
AWKWARD: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "strings and objects": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny contains "text"\ndeny contains {"msg": "object", "n": [1, "b", true]}\n'
            'violation contains {"msg": "placed", "_loc": {"file": "x.tf", "line": 7}}\nwarn contains "w"\n'
            'deny contains {"msg": "no place", "_loc": "elsewhere"}\n'
            'deny contains {"msg": "text place", "_loc": {"line": "3"}}\n',
            "d_dot_json": '{"a": 1}',
        },
        (),
    ),
    "undefined, false, empty and null": (
        {
            "p__a_dot_rego": _MAIN + "deny := false\ndeny_a := null\ndeny_b := {}\ndeny_c := input.nothing\n"
            'deny_d := []\nwarn := ""\nviolation contains input.nothing\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "arrays of complete rules": (
        {
            "p__a_dot_rego": _MAIN + 'deny := ["one", "two"]\nwarn_x := [{"msg": "three"}]\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "errors of built-ins are undefined": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny contains "x" if 1 / input.a\ndeny contains "y" if to_number(input.b)\n',
            "d_dot_json": '{"a": 0, "b": "no"}',
        },
        (),
    ),
    "helpers of other packages, and data": (
        {
            "p__a_dot_rego": _MAIN + "import data.lib.k\n\ndeny contains k.text(data.cfg.who)\n",
            "p__lib__k_dot_rego": 'package lib.k\n\nimport rego.v1\n\ntext(x) := sprintf("%s!", [x])\n',
            "cfg_dot_yaml": "cfg:\n  who: me\n",
            "d_dot_json": "{}",
        },
        ("--data", "cfg.yaml"),
    ),
    "data of folders and with a prefix": (
        {
            "p__a_dot_rego": _MAIN + "deny contains json.marshal([data.a.b, data.top, data.x.y.top])\n",
            "base__a__f_dot_json": '{"b": [1, 2.50]}',
            "base__t_dot_yaml": "top: yes\n",
            "more_dot_yaml": "top: 1\n",
            "d_dot_json": "{}",
        },
        ("--data", "base", "--data", "x.y:more.yaml"),
    ),
    "documents of one YAML file": (
        {
            "p__a_dot_rego": _MAIN + _INPUT,
            "d_dot_yaml": "---\na: 1\n---\nb: [yes, No, on, 010, 1e3, ~]\n---\n",
        },
        (),
    ),
    "a comment before the first dashes": (
        {"p__a_dot_rego": _MAIN + _INPUT, "d_dot_yaml": "# head\n---\na: 1\n"},
        (),
    ),
    "documents with Windows line ends": (
        {"p__a_dot_rego": _MAIN + _INPUT, "d_dot_yaml": "a: 1\r\n---\r\nb: 2\r\n"},
        (),
    ),
    "a list is as many documents": (
        {"p__a_dot_rego": _MAIN + _INPUT, "d_dot_json": '[{"a": 1}, 2, [3]]', "e_dot_yaml": "- x: 1\n- y\n"},
        ("--document", "e.yaml"),
    ),
    "anchors, merges and keys that are no text": (
        {
            "p__a_dot_rego": _MAIN + _INPUT,
            "d_dot_yaml": "a: &a {x: 1}\nb: {<<: *a, y: 2}\n1: one\nyes: two\n",
        },
        (),
    ),
    "fractions and repeated keys": (
        {"p__a_dot_rego": _MAIN + _INPUT, "d_dot_json": '{"a": 1.50, "b": 2.0, "c": 1e2, "a": 0.25}'},
        (),
    ),
    "combined": (
        {
            "p__a_dot_rego": _MAIN + _INPUT + "warn contains input[i].path if input[i].contents.a\n",
            "d_dot_yaml": "a: 1\n---\nb: 2\n",
            "sub__e_dot_json": '[{"a": 2}]',
        },
        ("--document", "sub/e.json", "--combine"),
    ),
    "one document combined": ({"p__a_dot_rego": _MAIN + _INPUT, "d_dot_json": '{"a": 1}'}, ("--combine",)),
    "namespaces by name and pattern": (
        {
            "p__a_dot_rego": _MAIN + _INPUT,
            "p__b_dot_rego": 'package k8s.one\n\nimport rego.v1\n\ndeny contains "one"\n',
            "p__c_dot_rego": 'package k8s.two\n\nimport rego.v1\n\nwarn contains "two"\n',
            "p__d_dot_rego": 'package other\n\nimport rego.v1\n\ndeny contains "other"\n',
            "d_dot_json": "{}",
        },
        ("--namespace", "k8s.*", "--namespace", "main"),
    ),
    "all namespaces": (
        {
            "p__a_dot_rego": _MAIN + _INPUT,
            "p__b_dot_rego": 'package b.c\n\nimport rego.v1\n\ndeny contains "one"\n',
            "d_dot_json": "{}",
        },
        ("--all-namespaces",),
    ),
    "names that are asked, and names that are not": (
        {
            "p__a_dot_rego": _MAIN + 'deny_a_B1 contains "1"\ndeny__x contains "2"\ndenya contains "3"\n'
            'violation_1 contains "4"\nwarning contains "5"\nwarn_ contains "6"\nallow contains "7"\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "exceptions by name": (
        {
            "p__a_dot_rego": _MAIN + 'deny_a contains "a"\nviolation_a contains "va"\nwarn_a contains "wa"\n'
            'deny_b contains "b"\ndeny contains "plain"\nexception contains ["a"] if input.x\n',
            "d_dot_json": '{"x": 1}',
            "e_dot_json": '{"y": 1}',
        },
        ("--document", "e.json"),
    ),
    "an exception of the empty name is for the plain rules": (
        {
            "p__a_dot_rego": _MAIN + 'deny contains "d"\nwarn contains "w"\nviolation contains "v"\n'
            'deny_x contains "x"\nexception contains [""]\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "exceptions of other shapes": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny_a contains "a"\ndeny_b contains "b"\ndeny_c contains "c"\ndeny_d contains "d"\n'
            'exception contains {"k": "a"}\nexception contains {"b", "nobody"}\n'
            'exception contains "c"\nexception contains ["d", 1]\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "an exception where nothing is found": (
        {
            "p__a_dot_rego": _MAIN + 'deny_a contains "a" if input.never\nexception contains ["a"]\n',
            "d_dot_json": "{}",
        },
        (),
    ),
    "exceptions hold for each document of a file": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny_a contains input.n\nexception contains ["a"] if input.n == "two"\n',
            "d_dot_yaml": "n: one\n---\nn: two\n---\nn: three\n",
        },
        (),
    ),
    "the file that is asked about": (
        {
            "p__a_dot_rego": _MAIN + "deny contains data.conftest.file.name\n",
            "sub__d_dot_json": "{}",
            "d_dot_json": "{}",
        },
        ("--document", "sub/d.json"),
    ),
    "modules of v0": (
        {
            "p__a_dot_rego": 'package main\n\ndeny[msg] { input.a == 1; msg := "one" }'
            ' { input.b; msg := "two" }\n'
            'violation[{"msg": m}] { any([input.a == 2, input.b]); re_match("^x", input.c); m := input.c }\n',
            "d_dot_json": '{"a": 1, "b": true, "c": "xyz"}',
        },
        ("--rego-version", "v0"),
    ),
    "hostile names and strings": (
        {
            "p__a_dot_rego": _MAIN
            + 'deny contains "a\\u0000b\\n\\u001b[31m::error::\\u202e\\u2028<&>\\"\'`${x}%s"\n'
            'deny contains input[`"]; data.main.deny := ["`]\n'
            'warn contains concat("", ["%", "d \\\\"])\n',
            "d_dot_json": '{"\\"]; data.main.deny := [\\"": "quoted \\u00e9 \\ud83d\\ude00"}',
        },
        (),
    ),
    "packages with names that are no words": (
        {
            "p__a_dot_rego": 'package a["b-c"].d["e f.g"]\n\nimport rego.v1\n\ndeny contains "found"\n',
            "d_dot_json": "{}",
        },
        ("--all-namespaces",),
    ),
}


def document_of(files: Mapping[str, str]) -> str:
    """Return the name of the document among a case's files."""
    return next(name.replace("_dot_", ".") for name in files if name.startswith("d_dot_"))
