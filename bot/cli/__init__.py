"""The `vraagbaak` command: one module per group of subcommands."""
