"""Custom actions: only what touches something outside the conversation. The SDK loads every module of this package."""
