#!/usr/bin/env python3
"""Writes tokens.json: sentences and the tokens NLTK gives for them.

    pip install nltk==3.10.4
    python3 make_tokens.py > tokens.json

With a manifest (caption TAB url) as arguments, writes one JSON object a line for each caption
instead; with `--random N`, N adversarial strings. WINNOW_TOKENS=FILE makes the test compare them.
"""
import json
import random
import sys

from nltk.tokenize import word_tokenize

SENTENCES = [
    "A brown dog runs across the wet sand .",
    "Two children's kites, high above the pier.",
    'The sign reads "Open Daily" in red letters.',
    '"Welcome," says the mat at grandma\'s door',
    "She can't find the cat; it's under the bed...",
    "they'll say we're late, I've heard, he'd rather wait",
    "a (very old) tractor [restored] in 1998, price: $3,500!",
    "don't  cannot gonna gotta wanna lemme gimme d'ye more'n that",
    "'tis the season 'twas the night",
    "''tis quoted'' and ``so is this``",
    "half-built house -- no roof --- rain",
    "en\u2013dash and em\u2014dash and bar\u2015end",
    "\u201cCurly\u201d and \u2018single\u2019 and \u00abchevron\u00bb and \u201elow\u201c",
    "the dogs' bowls, James' hat, rock 'n' roll '90s 'em",
    "ratio 4:3 and 10,000 steps, at 5:30: done:",
    "e-mail me @home #sunset 100% & more*",
    "what?! really?? yes!",
    "the U.S. flag. (seen at dusk.)",
    'he said "stop."',
    "the end.'",
    'ends with quote."  ',
    "ends with wide closers.\u201d \u00bb ",
    "dots .. and ... and .... done..",
    "ISTANBUL \u0130\u0130 \u039f\u0394\u039f\u03a3 \u03a3 \u0391\u03a3\u0391 STRASSE",
    "\u65e5\u672c\u8a9e\u306e\u732b \u3068 \u72ac",
    "non\u00a0breaking and\u2003em and\u3000wide spaces",
    "separator\u001cbetween\u001fwords\u0085next",
    "cafe\u0301 'e\u0301 caf\u00e9 '\u0301x '\u00b2y x'\u00bd",
    "O'Neill's pub, ma'am's y'all'd've",
    "'' ' \" ` `` ''' \"\" '\"",
    '("quoted") ["so"] {"this"} <"and"> ( " spaced',
    "wanna's wanna. gonna-be cannot's \u017ftay 'ti\u017f gımme",
    "price:$5,,,6 a:b a::b :",
    "tab-free 1,a 1,2 a,1 ,,",
    "",
    "   ",
    ".",
    "'",
    '"',
    ":",
    "a.",
    "..a.",
    "it's'",
    "it's 's s' 's'",
    "n't don't n'tn't won't' can't.",
    "\u2026 ellipsis\u2026 \U0001f600 emoji's \U0001f600'",
    "x\ny. \nz,\n",
]

PIECES = (
    list("'\"`.,:;@#$%&?!*()[]{}<>-_ \t\n abcdest019\u00e9\u00df\u0130\u0131\u017f")
    + list("\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e\u2012\u2014\u2026\u0301\u00a0\u0085\u001c\u200d\u03a3\u0391\u00b2\u0664\u4e2d")
    + ["''", "``", "--", "...", "'s", "'t", "'ll", "n't", " 'tis", " 'twas", "'re ", "'ve ", "'d "]
    + ["cannot", "d'ye", "gimme", "gonna", "gotta", "lemme", "more'n", "wanna", "is", "was", " "]
    + [". ", ".\"", ".' ", " '", "' ", " \"", "\" ", "a", "b", "The", "dog", "CAN", "NOT", " ", " "]
)


def entry(text):
    return {"text": text, "tokens": word_tokenize(text.lower(), preserve_line=True)}


def main():
    if sys.argv[1:2] == ["--random"]:
        generator = random.Random(1)
        for _ in range(int(sys.argv[2])):
            length = generator.randint(1, 24)
            text = "".join(generator.choice(PIECES) for _ in range(length))
            print(json.dumps(entry(text)))
    elif sys.argv[1:]:
        for path in sys.argv[1:]:
            with open(path, encoding="utf-8", newline="\n") as manifest:
                for line in manifest:
                    print(json.dumps(entry(line.rstrip("\n").split("\t")[0])))
    else:
        json.dump([entry(text) for text in SENTENCES], sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
