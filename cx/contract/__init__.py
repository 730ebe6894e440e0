"""What data must look like: tables, columns and rules as data; from them the checks, templates and documentation."""
