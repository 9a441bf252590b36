"""Folders of rules and packs become rule and pack records; no rule is ever run here."""
