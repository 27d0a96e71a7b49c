"""What a configuration does to the host, known before it is applied: objects, differences, causes and rights."""
