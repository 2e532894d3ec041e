"""Django's SQLite backend, with one writer at a time per process (docs/adr/0007-one-writer-per-process.md)."""
