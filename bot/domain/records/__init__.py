"""Values and ports of what is stored."""
