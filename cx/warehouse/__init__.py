"""The current snapshot, read-only: where it lies, who may see what, filters, and one module of queries a subject."""
