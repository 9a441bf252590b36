"""Packets: a directory of evidence with a manifest and attestations, published whole or not at all."""
