"""From what the patient wrote down to headache days, overuse, ICHD-3 and EHF criteria, and red flags."""
