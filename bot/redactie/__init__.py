"""The editors' room: from a draft to what residents read, with its checks, its history and its trail."""
