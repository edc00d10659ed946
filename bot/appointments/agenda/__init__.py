"""The own agenda: the system for appointments that comes with Vraagbaak, on its own database (SQLite or PostgreSQL)."""
