"""The commands, one module a command group, imported only when called."""
