"""Lets ``python -m vcluster_config`` do what the installed command does."""

from vcluster_config.cli import main

main()
