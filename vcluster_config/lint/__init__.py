"""Judges a configuration: rules across fields, suppression, fixes, and how findings are shown."""

from vcluster_config.lint.check import Report, check, run

__all__ = ["Report", "check", "run"]
