"""A language server with the linter's own findings, texts and fixes."""
