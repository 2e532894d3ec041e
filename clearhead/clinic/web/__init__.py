"""The base page, design tokens, forms that refuse, numbers with units, scripts."""
