"""Pure statistics on counts: numpy, scipy and the standard library only; no SQL, no pictures, no settings."""
