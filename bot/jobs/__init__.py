"""Durable jobs: recorded first, checkpointed step by step, done once. The only user of dbos."""

from bot.jobs.engine import DbosJobQueue, open_jobs
from bot.jobs.ports import JobHandler, Jobs, Json, ProcessRegistry, Steps

__all__ = ["DbosJobQueue", "JobHandler", "Jobs", "Json", "ProcessRegistry", "Steps", "open_jobs"]
