"""Every write and every look into a chart, in hash chains: one per site, plus `house`."""
