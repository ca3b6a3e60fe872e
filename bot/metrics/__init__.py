"""Metrics in the form of Prometheus. Owns prometheus_client."""

from bot.metrics.prometheus import PrometheusMeters

__all__ = ["PrometheusMeters"]
