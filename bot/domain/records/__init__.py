"""Values and interfaces of stored records."""
