"""What is said of every basket of the demo, read as a family would hear it."""
from __future__ import annotations

import base64
import re
from collections import Counter

from test_browser_many_lines import ask

#: What is never said of what we offer, nor of who takes it
UNKIND = re.compile(
    r"\b(trop|mauvais\w*|mal|pas assez|insuffisan\w*|manqu\w*|carenc\w*|"
    r"déséquilibr\w*|devez|devriez|faut|évitez|vous|votre|famille)\b", re.I)
WORDS = ["équilibré", "à compléter", "peu varié"]


def test_sentences_of_the_demo(demo):
    "A word for most baskets, seldom the last one, and nothing unkind"
    baskets = ask(
        demo, 'aid.basket', 'search_read', [('state', '=', 'done')], 0, None,
        [('id', 'ASC')], ['balance_words', 'balance_picture'])
    words = Counter(_word(basket['balance_picture']) for basket in baskets)
    sentences = Counter(
        sentence for basket in baskets
        for sentence in (basket['balance_words'] or '').splitlines())
    print(f"{len(baskets)} baskets")
    for word, count in words.most_common():
        print(f"{count:6} {word}")
    for sentence, count in sentences.most_common(40):
        print(f"{count:6} {sentence}")
    for sentence in sentences:
        assert not UNKIND.search(sentence), sentence
    assert len(baskets) >= 100
    said = sum(words[word] for word in WORDS)
    # What is given decides what a basket holds: most are to be completed
    assert said > 0.85 * len(baskets), words
    assert words["peu varié"] < 0.15 * len(baskets), words
    assert words["équilibré"], words


def _word(picture) -> str | None:
    "The word in the title of a picture, None where it says why there is none"
    if isinstance(picture, dict):
        picture = picture['base64']
    if isinstance(picture, str):
        picture = base64.b64decode(picture)
    title, = re.findall('<title>(.*?)</title>', bytes(picture).decode())[:1]
    return next((word for word in WORDS if title.endswith(word)), None)
