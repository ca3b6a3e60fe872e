"""A long bad day: many questions, two replicas, kills, refusals, resets and slow answers."""
