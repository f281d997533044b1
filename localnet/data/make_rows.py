#!/usr/bin/env python3
"""Cuts the demo's rows out of the SQLite documentation (public domain; Debian package sqlite3-doc).

usage: make_rows.py /usr/share/doc/sqlite3 OUTPUT-FOLDER

Each row is one chat exchange in JSONL, {"prompt": …, "answer": …}: the prompt asks about a section of a
page, the answer is a paragraph of that section, word for word apart from white space. Three folders of
one topic each, in the order of the pages; the same input always gives the same bytes.
"""
import html.parser
import json
import pathlib
import re
import sys

TOPICS = {
    "search": ["fts5.html", "fts3.html"],
    "durability": ["wal.html", "atomiccommit.html", "lockingv3.html", "isolation.html"],
    "json": ["json1.html", "windowfunctions.html", "lang_datefunc.html"],
}
NAMES = {
    "fts5.html": "FTS5 full-text search",
    "fts3.html": "FTS3 and FTS4 full-text search",
    "wal.html": "write-ahead logging",
    "atomiccommit.html": "atomic commit",
    "lockingv3.html": "file locking",
    "isolation.html": "isolation",
    "json1.html": "JSON functions",
    "windowfunctions.html": "window functions",
    "lang_datefunc.html": "date and time functions",
}
ROWS_PER_TOPIC = 66
WORDS_MIN, WORDS_MAX = 18, 75
BLOCKS = ("pre", "table", "script", "style", "ul", "ol")


class Paragraphs(html.parser.HTMLParser):
    """Collects (heading, paragraph) pairs of a page's body."""

    def __init__(self):
        super().__init__()
        self.heading, self.pairs, self.text, self.kind, self.skip = "", [], [], None, 0

    def handle_starttag(self, tag, attrs):
        if tag in BLOCKS:
            self.flush()
            self.skip += 1
        elif tag in ("h1", "h2", "h3", "p"):
            self.flush()
            self.kind = tag

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.skip = max(0, self.skip - 1)
        elif tag in ("h1", "h2", "h3", "p"):
            self.flush()

    def handle_data(self, data):
        if self.kind and not self.skip:
            self.text.append(data)

    def flush(self):
        text = re.sub(r"\s+", " ", "".join(self.text)).strip()
        if text and self.kind == "p":
            self.pairs.append((self.heading, text))
        elif text and self.kind:
            self.heading = re.sub(r"^[\d.]+\s*", "", text)
        self.text, self.kind = [], None


def usable(answer):
    return WORDS_MIN <= len(answer.split()) <= WORDS_MAX and answer.endswith(".") and answer.isascii()


def rows_of(folder, topic):
    rows, seen = [], set()
    for page in TOPICS[topic]:
        parser = Paragraphs()
        parser.feed((folder / page).read_text(encoding="utf-8", errors="replace"))
        parser.flush()
        for heading, answer in parser.pairs:
            if not usable(answer) or answer in seen or not heading:
                continue
            seen.add(answer)
            prompt = f"SQLite, {NAMES[page]}: what should I know about \"{heading}\"?"
            if any(r["prompt"] == prompt for r in rows):
                lead = " ".join(answer.split()[:6])
                prompt = f"SQLite, {NAMES[page]}, \"{heading}\": continue from \"{lead}\"."
            rows.append({"prompt": prompt, "answer": answer})
    return rows[:ROWS_PER_TOPIC]


def main():
    source, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for topic in TOPICS:
        rows = rows_of(source, topic)
        text = "".join(json.dumps(r, sort_keys=True) + "\n" for r in rows)
        (out / f"{topic}.jsonl").write_text(text)
        print(topic, len(rows), "rows")


if __name__ == "__main__":
    main()
