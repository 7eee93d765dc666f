"""`python -m src` is the command line."""

from .cli import main

main(prog_name="python -m src")
