"""Patients, staff, roles, sites; sign-in; who may see whom."""
