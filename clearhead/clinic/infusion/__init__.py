"""Step 7: the chair. Go or no-go, the pump, rate segments, vitals, symptoms, adjuncts, stop."""
