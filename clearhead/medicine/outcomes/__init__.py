"""From diary windows to response and relapse, with intervals and completeness. Never a bare point estimate."""
