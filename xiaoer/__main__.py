"""`python -m xiaoer` is `xiaoer`."""

from xiaoer.cli.main import main

main()
