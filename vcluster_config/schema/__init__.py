"""Everything generated from the model: the editor schema and the reference pages."""
