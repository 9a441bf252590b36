"""Verify a packet: every step is taken offline, in order, and says what it found."""
