"""Step 6: a frozen text pinned to the signed order; questions, teach-back, signature, withdrawal."""
