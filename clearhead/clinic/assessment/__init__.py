"""Step 4: history, treatments tried, contraindications, results → a signed, expiring decision."""
