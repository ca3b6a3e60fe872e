"""A pretend 100ms for measuring: nothing but reads, from memory, with a delay of its own.

The pretend 100ms beside it plays every trouble; this one plays none, and answers a page of a
hundred events in a fraction of the time that a client takes to read it.
"""
