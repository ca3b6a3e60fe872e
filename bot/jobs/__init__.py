"""Work that survives the process: recorded first, checkpointed, done once. Owns dbos."""

from bot.jobs.engine import DurableJobs, open_jobs
from bot.jobs.ports import Course, Jobs, Json, Lives, Steps

__all__ = ["Course", "DurableJobs", "Jobs", "Json", "Lives", "Steps", "open_jobs"]
