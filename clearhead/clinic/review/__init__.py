"""Step 9: response, relapse, maintenance, harms."""
