"""What the README claims, measured. One command each; they print a table and never fail a test run."""
