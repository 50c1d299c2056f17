"""Fetching the web client while the demo is being built beside it."""
import threading

from maillon.command import demo, web_client


def test_building_leaves_a_running_fetch_alone(tmp_path, monkeypatch):
    "The first `maillon demo` removes old databases, not the client's folder"
    fetching, removed = threading.Event(), threading.Event()

    def download(npm, temporary):
        package = temporary / 'package'
        (package / 'node_modules').mkdir(parents=True)
        fetching.set()
        assert removed.wait(10)
        (package / 'index.html').write_text("client")
        return package

    monkeypatch.setattr(web_client.shutil, 'which', lambda name: name)
    monkeypatch.setattr(web_client, '_download', download)
    with demo._WebClient(tmp_path / 'web'):
        assert fetching.wait(10)
        demo._remove_database(tmp_path)
        removed.set()
    assert web_client.is_complete(tmp_path / 'web')


def test_fetch_clears_what_an_interrupted_one_left(tmp_path, monkeypatch):
    "An unfinished folder is not kept for ever"
    (tmp_path / f'{web_client.UNFINISHED}old').mkdir()

    def download(npm, temporary):
        package = temporary / 'package'
        (package / 'node_modules').mkdir(parents=True)
        (package / 'index.html').write_text("client")
        return package

    monkeypatch.setattr(web_client.shutil, 'which', lambda name: name)
    monkeypatch.setattr(web_client, '_download', download)
    web_client.fetch(tmp_path / 'web')
    assert sorted(p.name for p in tmp_path.iterdir()) == ['web']
