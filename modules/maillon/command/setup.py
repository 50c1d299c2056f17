"""``maillon setup``: a real, empty organisation, ready for its branches.

Running it again changes nothing: every step looks first.
"""
import argparse
import datetime as dt
import getpass
import os
import secrets
import sys
from typing import Any

from tqdm import tqdm

from . import CommandError, database

__all__ = ['NAME', 'HELP', 'add_arguments', 'run', 'prepare']

NAME = 'setup'
HELP = "set up an organisation: database, accounts, fiscal year, users"
EPILOG = """\
What is not given as an option is asked for, when somebody is there to
answer. Running the command again changes nothing.

example:
  maillon setup --uri postgresql://maillon:secret@localhost/ \\
      --name "Épiceries solidaires du Val" --user "warehouse:lea:Léa Martin\""""

#: What one writes after --user, and the role it stands for
ROLES = {
    'till': 'role_till',
    'warehouse': 'role_warehouse',
    'social-worker': 'role_social_worker',
    'branch-officer': 'role_branch_officer',
    'head-office': 'role_head_office',
    'accountant': 'role_accountant',
    'administrator': 'role_administrator',
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    "The options of the sub-command"
    database.add_arguments(parser)
    group = parser.add_argument_group("organisation")
    group.add_argument('--name', help="name of the organisation")
    group.add_argument(
        '--currency', metavar='CODE', help="its currency (default: EUR)")
    group.add_argument(
        '--language', choices=['fr', 'en'],
        help="language of its users (default: fr)")
    group.add_argument(
        '--fiscal-year', metavar='YYYY-MM-DD', type=_date,
        help="first day of the first fiscal year (default: 1 January)")
    group.add_argument(
        '--user', action='append', default=[], type=_user,
        metavar='ROLE:LOGIN:NAME[:BRANCH]', dest='users',
        help="a user to make; may be given several times. Roles: "
        + ", ".join(ROLES))
    group.add_argument('--email', help="e-mail of the administrator")
    group.add_argument(
        '--password-file', metavar='FILE',
        default=os.environ.get('TRYTONPASSFILE'),
        help="file with the administrator's password (default: asked for; "
        "or the environment variable TRYTONPASSFILE)")
    group.add_argument(
        '--update', action='store_true',
        help="load the modules again, after an upgrade")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a date like 2027-01-01") from error


def _user(text: str) -> dict[str, Any]:
    role, _, rest = text.partition(':')
    login, _, rest = rest.partition(':')
    name, _, branch = rest.partition(':')
    if role not in ROLES or not login or not name:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not ROLE:LOGIN:NAME[:BRANCH] with a role among "
            + ", ".join(ROLES))
    return {
        'role': ROLES[role], 'login': login, 'name': name,
        'branches': (branch,) if branch else ()}


def run(options: argparse.Namespace) -> int:
    "Do what the options ask; return the exit status"
    name = database.configure_from(options)
    new = not database.exists(name)
    answers = _answers(options, new)
    from . import organisation

    passwords = {
        user['login']: secrets.token_urlsafe(9) for user in options.users}
    changed = prepare(
        name,
        organisation.Organisation(
            **answers,
            users=tuple(
                organisation.User(
                    **user, password=passwords[user['login']])
                for user in options.users)),
        password=_password(options) if new else None,
        email=options.email, update=options.update, progress=True)
    if not changed:
        print(f'"{name}" was set up already; nothing changed.')
        return 0
    print(f'"{name}" is set up: {", ".join(changed)}.')
    for user in options.users:
        login = user['login']
        if f"user {login}" in changed:
            print(f"  {login}: first password {passwords[login]}")
    print('Next: "maillon import branches FILE", then "maillon serve".')
    return 0


def prepare(
        name: str, wanted: Any, *, password: str | None = None,
        email: str | None = None, update: bool = False,
        progress: bool = False) -> list[str]:
    """Make, activate and set up the database *name* as *wanted* (an
    :class:`.organisation.Organisation`) and return what has changed."""
    from . import organisation

    changed = []
    if database.create(name):
        changed.append("database")
    if database.activate(
            name, languages={'fr', wanted.language}, password=password,
            email=email, update=update, progress=progress):
        changed.append("modules")

    for step_name, step in tqdm(
            organisation.steps(wanted), desc="Organisation", unit="step",
            disable=not progress):
        if database.run(name, step, language=wanted.language):
            changed.append(step_name)
    return changed


def _answers(options: argparse.Namespace, new: bool) -> dict[str, Any]:
    "What the options say and, for a new database, what the person answers"
    default_year = dt.date.today().replace(month=1, day=1)
    questions: list[tuple[str, str, Any, Any]] = [
        ('name', "Name of the organisation", options.name, None),
        ('currency', "Currency", options.currency, 'EUR'),
        ('language', "Language (fr, en)", options.language, 'fr'),
        ('year_start', "First day of the fiscal year",
            options.fiscal_year, default_year),
        ]
    answers = {}
    for key, question, given, default in questions:
        if given is None and new and sys.stdin.isatty():
            hint = f" [{default}]" if default else ""
            given = input(f"{question}{hint}: ").strip() or None
            if given and key == 'year_start':
                try:
                    given = dt.date.fromisoformat(given)
                except ValueError as error:
                    raise CommandError(
                        f"{given!r} is not a date like 2027-01-01."
                        ) from error
        answers[key] = given if given is not None else default
    if new and not answers['name']:
        raise CommandError("give the organisation a name with --name.")
    return answers


def _password(options: argparse.Namespace) -> str:
    "The administrator's password: from a file, asked for, or made up"
    if options.password_file:
        try:
            with open(options.password_file, encoding='utf-8') as file:
                return file.read().splitlines()[0]
        except (OSError, IndexError) as error:
            raise CommandError(
                f"no password in {options.password_file}: {error}"
                ) from error
    if sys.stdin.isatty():
        return getpass.getpass("Password of the administrator (admin): ")
    password = secrets.token_urlsafe(9)
    print(f"First password of admin: {password}")
    return password
