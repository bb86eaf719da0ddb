"""`python -m selfeval_xl` is the same as `selfeval-xl`."""

from .cli import main

if __name__ == "__main__":
    main()
