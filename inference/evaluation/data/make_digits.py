"""Makes digits.bin from the copy of the UCI digits that scikit-learn's wheel carries.

Set-up: pip download scikit-learn==1.9.1 --no-deps
Usage:  python3 make_digits.py scikit_learn-*.whl
"""
import gzip
import pathlib
import sys
import zipfile

packed = zipfile.ZipFile(sys.argv[1]).read("sklearn/datasets/data/digits.csv.gz")
rows = [[int(float(cell)) for cell in line.split(",")]
        for line in gzip.decompress(packed).decode().split()]
assert len(rows) == 1797
assert all(len(row) == 65 and max(row[:64]) <= 16 and row[64] <= 9 for row in rows)
pathlib.Path(__file__).with_name("digits.bin").write_bytes(b"".join(map(bytes, rows)))
