"""The syncer: run time only, driven by the compiled configuration and nothing else."""
