"""Step 1: public pages, self-check, enquiry, booking a consult."""
