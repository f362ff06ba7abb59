"""Parts of moments by Python's datetime, for app/ml/recipe/date-parts.test.ts."""

import json
import math
from datetime import date, datetime
from pathlib import Path

moments = [
    "0001-01-01 00:00:00", "0004-02-29 12:30:00", "1582-10-15 06:00:00", "1899-12-31 23:59:59", "1900-02-28 01:00:00", "1900-03-01 00:00:01",
    "1969-12-31 23:59:59", "1970-01-01 00:00:00", "1999-12-31 23:00:00", "2000-01-01 00:00:00", "2000-02-29 11:11:11", "2023-12-31 17:45:00",
    "2024-02-29 23:59:59", "2024-03-01 00:00:00", "2024-12-30 08:00:00", "2100-02-28 20:00:00", "2100-03-01 20:00:00", "9999-12-31 23:59:59",
]


def wave(place: int, length: int) -> list[float]:
    return [math.sin(2 * math.pi * place / length), math.cos(2 * math.pi * place / length)]


def parts(text: str) -> dict[str, float]:
    at = datetime.fromisoformat(text)
    cycles = {"month": wave(at.month - 1, 12), "weekday": wave(at.isoweekday() - 1, 7), "hour": wave(at.hour, 24)}
    return {
        "year": at.year,
        "month": at.month,
        "day": at.day,
        "weekday": at.isoweekday(),
        "hour": at.hour,
        "weekend": int(at.isoweekday() >= 6),
        "days": (at.date() - date(2000, 1, 1)).days,
        **{f"{name}_{kind}": value for name, pair in cycles.items() for kind, value in zip(["sin", "cos"], pair)},
    }


path = Path(__file__).parents[2] / "app/ml/recipe/date-parts.reference.json"
path.write_text(json.dumps([{"at": text, "parts": parts(text)} for text in moments], indent=1) + "\n")
