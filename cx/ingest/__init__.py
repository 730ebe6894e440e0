"""File → canonical text → contract → snapshot: everything that a company brings is loaded or kept with the reason."""
