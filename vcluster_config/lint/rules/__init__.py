"""Rules across fields, one small file for each family."""
