"""Distros: each module turns ``controlPlane.distro`` into the containers of the virtual control plane."""
