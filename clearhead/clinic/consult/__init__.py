"""Step 3: by phone, video or in person; one form, one outcome."""
