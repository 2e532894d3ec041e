"""Whole stories, over the pages."""
