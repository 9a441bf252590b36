"""Where servers are: what a person may write, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from samakia_policy.errors import InputError
from samakia_policy.evaluation.opa_server.addresses import addresses

_GOOD = {
    "localhost": ["http://localhost:8181"],
    "localhost:80": ["http://localhost:80"],
    "http://10.0.0.1:9/": ["http://10.0.0.1:9"],
    "https://opa.example": ["https://opa.example:8181"],
    "[::1]:81": ["http://[::1]:81"],
    " a:1 , ,b:2,": ["http://a:1", "http://b:2"],
}
_BAD = {
    "": "names no OPA server",
    " , ": "names no OPA server",
    "ftp://a": "is no address",
    "http://": "is no address",
    "http://a/opa": "is no address",
    "http://a:70000": "holds no address",
    "http://[::1": "holds no address",
    "http://user:secret@a": "holds a user's name or password",
}


@pytest.mark.parametrize("text", _GOOD)
def test_addresses_are_read(text: str) -> None:
    """Scheme and port may be left out."""
    assert [address.shown for address in addresses({"POLICY_OPA_SERVER": text})] == _GOOD[text]


@pytest.mark.parametrize("text", _BAD)
def test_what_is_no_address_is_refused(text: str) -> None:
    """By the name of the variable, and without a secret in the message."""
    with pytest.raises(InputError, match=_BAD[text]) as raised:
        addresses({"POLICY_OPA_SERVER": text})
    assert raised.value.where == "POLICY_OPA_SERVER"
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("server", ["http://127.0.0.1", "https://opa.example", "localhost", "[::1]"])
def test_a_token_goes_where_nobody_can_read_it(server: str) -> None:
    """Over TLS, or to this machine."""
    (address,) = addresses({"POLICY_OPA_SERVER": server, "POLICY_OPA_TOKEN": "t"})
    assert address.token == "t"


def test_a_token_is_not_sent_in_clear_text() -> None:
    """The address is refused before anything is sent."""
    with pytest.raises(InputError, match="in clear text") as raised:
        addresses({"POLICY_OPA_SERVER": "http://opa.example", "POLICY_OPA_TOKEN": "hunter2"})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("token", ["a\nb", "\u00e9"])
def test_a_token_that_no_header_carries_is_refused(token: str) -> None:
    """It could smuggle a header."""
    with pytest.raises(InputError, match="no header can carry"):
        addresses({"POLICY_OPA_SERVER": "a", "POLICY_OPA_TOKEN": token})


def test_a_missing_file_of_certificates_is_refused(tmp_path: Path) -> None:
    """What a person names must be there."""
    with pytest.raises(InputError, match="no such file of certificates"):
        addresses({"POLICY_OPA_SERVER": "https://a", "POLICY_OPA_CA": str(tmp_path / "none.pem")})
