"""Its place makes this folder importable: other folders of tests read scenarios as well."""
