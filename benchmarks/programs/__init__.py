"""Small programs that measure inside a process of their own, and print one JSON object."""
