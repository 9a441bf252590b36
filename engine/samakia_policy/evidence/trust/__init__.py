"""Whom the user trusts, for what and until when; nothing here comes from a packet or an estate."""
