"""The portable hash of rows, as docs/decisions/portable-row-hash.md has it, with hashlib alone."""

import hashlib

import pandas as pd


def text(value) -> str:
    if value is None or value is pd.NA or value is pd.NaT:
        return "\x1e"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def hash_fraction(seed: int, values) -> float:
    digest = hashlib.md5("\x1f".join([str(seed), *map(text, values)]).encode("utf-8")).digest()
    return (int.from_bytes(digest[:8], "little") >> 12) / 2**52


def hashes(frame: pd.DataFrame, columns, seed: int) -> pd.Series:
    return pd.Series([hash_fraction(seed, row) for row in frame[list(columns)].astype(object).itertuples(index=False, name=None)], index=frame.index)


def dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Timestamps as plain dates, as the fixtures have them."""
    frame = frame.copy()
    for column in frame.select_dtypes("datetime"):
        frame[column] = frame[column].dt.date.astype(object).where(frame[column].notna(), None)
    return frame
