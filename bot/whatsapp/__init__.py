"""WhatsApp: people, what comes in, what goes out, and Meta's API behind it."""
