"""What the scenarios stand on: a real host cluster, images, installed virtual clusters and patience."""
