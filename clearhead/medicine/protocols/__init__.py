"""Protocols as data: what a clinic may do, in typed, sourced, versioned files. Thresholds only, never logic."""
