"""Whether a network lies inside another, asked by the linter and by the compiler."""

from __future__ import annotations


def inside(small: str, large: str) -> bool | None:
    """Whether a CIDR is a strict subset of another (Kubernetes, validation of IPBlock); None when one is no CIDR."""
    from ipaddress import ip_network

    try:
        inner, outer = ip_network(small), ip_network(large)
    except ValueError:
        return None
    if inner.version != outer.version or inner.prefixlen <= outer.prefixlen:
        return False
    return inner.supernet(new_prefix=outer.prefixlen) == outer
