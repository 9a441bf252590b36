"""Where secrets are kept: an encrypted file, or Vault's key-value store; one interface for both."""
