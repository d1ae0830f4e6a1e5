"""Pure decisions over gathered facts: no I/O, no clock, no await."""
