"""Step 2: the patient at home. Days, attacks, medicines."""
