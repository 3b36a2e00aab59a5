"""``python -m kbarchive`` is the command `kbarchive` of that Python."""

from kbarchive.cli.main import main

if __name__ == "__main__":
    main()
