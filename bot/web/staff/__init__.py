"""What the desk and the redactie share: who somebody is, the cookie, and where they belong."""
