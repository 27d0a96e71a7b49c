"""Brings files of older dialects into the present one, and says of every setting it could not bring along."""
