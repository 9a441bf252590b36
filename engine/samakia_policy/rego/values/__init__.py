"""Values at run time, the order among them, and their text.

| Rego    | Python                                                                             |
| ------- | ---------------------------------------------------------------------------------- |
| null    | None                                                                               |
| boolean | bool                                                                               |
| number  | int, or `Number` when it was written or computed with a fraction or an exponent    |
| string  | str                                                                                |
| array   | list, never changed after it was made                                              |
| object  | dict whose keys are `key(k)`: a str is itself; never changed after it was made     |
| set     | `Set`                                                                              |

`UNDEFINED` says that there is no value.
"""
