"""Benchmarks beside the bare host: the same work, the same machine, the same run, printed as a table of medians."""
