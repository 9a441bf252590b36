"""The ledger: an append-only Merkle log of what was decided, agreed, revoked and used."""
