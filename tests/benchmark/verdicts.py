"""What is said of every basket of the demo, read as a family would hear it.

    maillon demo --dir FOLDER --no-serve
    python tests/benchmark/verdicts.py FOLDER

Prints how often each word is said and every sentence, in French, and ends
with an error where a sentence is unkind or the words are not spread as they
should be.
"""
from __future__ import annotations

import argparse
import os
import pathlib
import re
import sys
from collections import Counter

ROOT = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / 'modules')]

#: What is never said of what we offer, nor of who takes it
UNKIND = re.compile(
    r"\b(trop|mauvais\w*|mal|pas assez|insuffisan\w*|manqu\w*|carenc\w*|"
    r"déséquilibr\w*|devez|devriez|faut|évitez|vous|votre|famille)\b", re.I)
WORDS = ["équilibré", "à compléter", "peu varié"]
#: Most baskets have a word, few of them the last one
LEAST_WITH_WORD, MOST_LITTLE_VARIED = 0.85, 0.15


def said(folder: str) -> tuple[Counter, Counter]:
    "How often each word and each sentence is said of the baskets in *folder*"
    from trytond import config
    config.set('database', 'uri', 'sqlite://')
    config.set('database', 'path', folder)
    from trytond.pool import Pool
    from trytond.transaction import Transaction
    Pool.start()
    pool = Pool('maillon')
    pool.init()
    words: Counter = Counter()
    sentences: Counter = Counter()
    with Transaction().start(
            'maillon', 1, readonly=True, context={'language': 'fr'}):
        from aid_basket import verdict
        Basket = pool.get('aid.basket')
        for basket in Basket.search([('state', '=', 'done')]):
            balance = verdict.of_basket(basket, basket.lines)
            words[_word(balance.picture)] += 1
            sentences.update(balance.words.splitlines())
    return words, sentences


def _word(picture: bytes | None) -> str | None:
    "The word in the title of a picture, None where it says why there is none"
    title = re.search('<title>(.*?)</title>', (picture or b'').decode())
    return next((
            word for word in WORDS
            if title and title.group(1).endswith(word)), None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', type=os.path.abspath)
    words, sentences = said(parser.parse_args().folder)
    count = sum(words.values())
    for word, times in words.most_common():
        print(f"{times:6} {times / count:6.1%}  {word or '-'}")
    for sentence, times in sentences.most_common():
        print(f"{times:6}  {sentence}")
    unkind = [sentence for sentence in sentences if UNKIND.search(sentence)]
    for sentence in unkind:
        print("Unkind:", sentence)
    spread = (
        words[None] <= (1 - LEAST_WITH_WORD) * count
        and words["peu varié"] <= MOST_LITTLE_VARIED * count)
    if not spread:
        print("The words are not spread as they should be")
    return bool(unkind) or not spread


if __name__ == '__main__':
    sys.exit(main())
