"""Who must assent, level by level, before an upper floor may act: roles, steps, people, and no matter."""
