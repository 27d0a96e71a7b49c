"""The process around the syncers: builds what they need, starts it in the right order and ends it gracefully."""
