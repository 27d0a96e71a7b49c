"""Lets the host be run as `python -m devhost`, without an install."""

from devhost.cli import main

if __name__ == "__main__":
    main()
