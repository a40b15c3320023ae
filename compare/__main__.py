"""`python -m compare`: the command line, which cli/app.py defines."""

from compare.cli.app import app

if __name__ == "__main__":
    app(prog_name="python -m compare")
