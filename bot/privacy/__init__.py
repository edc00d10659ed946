"""What must not be stored: recognising and masking it."""
