"""Steps of workflows: their runs, events and completions."""
