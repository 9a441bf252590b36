"""The bash script: tables of what may follow, and one function that walks the line (bash 3.2 and later)."""

from __future__ import annotations

from collections.abc import Iterator

from samakia_policy.cli.completion.quoting import joined, quoted
from samakia_policy.cli.completion.tree import Argument, Command

# Readline breaks words at ":" and "=" too: they are put together again to be understood, and what bash
# will not replace is taken off the answers.
_WALK = r"""
_policy() {
    local all=() word glue='' i last command='' flag='' place=0 answers='' current
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        last=$((${#all[@]} - 1))
        if [[ $last -ge 0 && ( $glue || $word == [:=] ) ]]; then
            all[last]+=$word
        else
            all+=("$word")
        fi
        [[ $word == [:=] ]] && glue=1 || glue=''
    done
    last=$((${#all[@]} - 1))
    current=${all[last]}
    for ((i = 0; i < last; i++)); do
        word=${all[i]}
        if [[ $flag ]]; then
            flag=''
        elif [[ $word == -* ]]; then
            [[ $(_policy_table "$command" "$word") ]] && flag=$word
        elif [[ " $(_policy_table "$command" commands) " == *" $word "* ]]; then
            command+=" $word" place=0
        else
            ((place++))
        fi
    done
    if [[ ! $flag && $current == --*=* ]]; then
        flag=${current%%=*} current=${current#*=}
    fi
    if [[ $flag ]]; then
        answers=$(_policy_table "$command" "$flag")
    elif [[ $current == -* ]]; then
        answers=$(_policy_table "$command" flags)
    else
        answers="$(_policy_table "$command" commands) $(_policy_table "$command" $place)"
    fi
    last=${current%"${current##*[:=]}"}
    COMPREPLY=()
    for word in $(compgen -W "$answers" -- "$current"); do
        [[ $word != "<files>" ]] && COMPREPLY+=("${word#"$last"}")
    done
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    [[ $answers != *"<files>"* ]] && compopt +o default 2>/dev/null
    return 0
}
complete -o default -F _policy policy
"""


def script(tree: Command) -> str:
    """Return the script."""
    patterns: dict[str, list[str]] = {}
    for pattern, words in _table(tree):
        patterns.setdefault(words, []).append(pattern)
    rows = "".join(f"        {'|'.join(keys)}) echo {quoted(words)} ;;\n" for words, keys in patterns.items())
    head = "# bash completion for policy, made by `policy completion bash`\n"
    table = f'_policy_table() {{\n    case "$1 $2" in\n{rows}    esac\n}}\n'
    return f"{head}{table}{_WALK}"


def _table(tree: Command) -> Iterator[tuple[str, str]]:
    """Yield a pattern of "<command> <what>" -> words: its commands, its flags, each flag, each place."""
    for command in tree.walk():
        path = "".join(f" {name}" for name in command.path)
        if command.commands:
            yield quoted(f"{path} commands"), joined(below.path[-1] for below in command.commands)
        yield quoted(f"{path} flags"), joined(flag for argument in command.flags for flag in argument.flags)
        for argument in command.flags:
            for flag in argument.flags if argument.metavar else ():
                yield quoted(f"{path} {flag}"), _words(argument)
        for n, argument in enumerate(command.positions):
            place = quoted(f"{path} ") + "[0-9]*" if argument.repeatable else quoted(f"{path} {n}")
            yield place, _words(argument)


def _words(argument: Argument) -> str:
    # Never empty: that a flag has an answer at all says that it takes a value.
    return joined([*argument.words, "<files>"] if argument.files or not argument.words else argument.words)
