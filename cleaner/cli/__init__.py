"""The command line: parse, call one function, print. Decides nothing about texts."""
