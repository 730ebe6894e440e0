"""Result → picture: one module a subject, one style for all. Nothing here counts or decides."""
