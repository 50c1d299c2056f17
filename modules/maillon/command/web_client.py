"""Tryton's web client (sao), fetched from npm and dressed for the till.

The npm package holds the client but none of the libraries it loads from its
own ``node_modules``, hence the second step.
"""
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from . import CommandError

__all__ = ['fetch', 'dress', 'is_complete', 'OWN_FILES']

#: The series of the server: the two must be the same.
PACKAGE = 'tryton-sao@8.0'
OWN_FILES = Path(__file__).parent.parent / 'web'
#: What a fetch that was interrupted leaves beside the folder
UNFINISHED = '.web-'


def is_complete(folder: Path) -> bool:
    "Whether *folder* holds a client with its libraries"
    return (
        (folder / 'index.html').is_file()
        and (folder / 'node_modules').is_dir())


def fetch(folder: Path) -> Path:
    """Fetch the client into *folder*, unless it is there, and return it.

    It is built beside and moved at the end, so an interrupted fetch leaves
    nothing that could be taken for a client. Raises CommandError when npm is
    missing or fails.
    """
    if not is_complete(folder):
        npm = shutil.which('npm')
        if not npm:
            raise CommandError(
                "npm is needed to fetch the web client: install Node.js "
                "(https://nodejs.org), then run this command again.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f'{UNFINISHED}*'):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(
                prefix=UNFINISHED, dir=folder.parent) as temporary:
            package = _download(npm, Path(temporary))
            shutil.rmtree(folder, ignore_errors=True)
            package.rename(folder)
    dress(folder)
    return folder


def _download(npm: str, temporary: Path) -> Path:
    _npm(npm, ['pack', '--silent', PACKAGE], temporary)
    archive, = temporary.glob('tryton-sao-*.tgz')
    with tarfile.open(archive) as tar:
        tar.extractall(temporary, filter='data')
    package = temporary / 'package'
    _npm(npm, [
            'install', '--omit=dev', '--legacy-peer-deps', '--no-audit',
            '--no-fund', '--ignore-scripts', '--loglevel=error'], package)
    return package


def _npm(npm: str, arguments: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            [npm, *arguments], cwd=folder, capture_output=True, text=True,
            timeout=600)
    except subprocess.TimeoutExpired as error:
        raise CommandError(
            "npm did not answer within ten minutes: check the network, then "
            "run this command again.") from error
    if done.returncode:
        raise CommandError(
            f"npm {arguments[0]} failed: {done.stderr.strip()[-2000:]}")


def dress(folder: Path) -> None:
    "Lay our style sheet and script over the client (its theming hooks)"
    for own in sorted(OWN_FILES.glob('custom.*')):
        shutil.copyfile(own, folder / own.name)
