"""The ``maillon`` command: one sub-command a file, each also a library.

Nothing of trytond is imported here: its database backend is chosen when it
is first imported, so a sub-command configures it before
(:func:`maillon.command.database.configure`).
"""
import argparse
import sys
from collections.abc import Sequence

__all__ = ['main', 'CommandError']


class CommandError(Exception):
    "Something the person at the keyboard can put right; the text says how"


def _parser() -> argparse.ArgumentParser:
    from . import check, cron, demo, imports, serve, setup, worker

    parser = argparse.ArgumentParser(
        prog='maillon',
        description="Set up, fill, check and serve Maillon.")
    commands = parser.add_subparsers(
        title="commands", dest='command', metavar='COMMAND', required=True)
    for module in (demo, setup, serve, worker, cron, imports, check):
        command = commands.add_parser(
            module.NAME, help=module.HELP, description=module.HELP,
            epilog=getattr(module, 'EPILOG', None),
            formatter_class=argparse.RawDescriptionHelpFormatter)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command and return the exit code of the process.

    0: done; 1: done, and something differs or a file was refused;
    2: it could not be done (the reason is on the error output).
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except CommandError as error:
        print(f"maillon: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
