"""Who may ask, who may read, and the audit of both."""
