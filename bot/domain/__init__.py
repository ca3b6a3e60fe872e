"""The domain of call failures: pure values and functions without I/O."""
