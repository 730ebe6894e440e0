"""CX dashboard: files → checked snapshot → counts → statistics → pictures and words → pages."""
