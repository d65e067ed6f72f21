"""Every sentence of an answer: explanations, warnings, and why there is no configuration."""
