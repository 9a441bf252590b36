"""Keys, signatures and signed envelopes; nothing here decides whom to trust."""
