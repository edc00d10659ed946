"""Appointments: one interface, and adapters for the systems behind it."""
