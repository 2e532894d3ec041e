"""Which protocol, which version, since when, for which site."""
