"""A page with phones of invented users, to try WhatsApp by. Development only: the sandbox serves it."""
