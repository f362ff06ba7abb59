"""Independent answers for the example of the flights: what its tables must say, computed with pandas from the same files.

Written to app/engine/nyc-flights.reference.json, which app/engine/nyc-flights.test.ts compares with a run of the example.
"""

import json
import pathlib
import sys

import numpy as np
import pandas as pd

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "resources/samples/datasets/nyc-flights"
ANSWER = ROOT / "app/engine/nyc-flights.reference.json"

flights = pd.concat([pd.read_csv(path) for path in sorted((DATA / "flights").glob("*.csv.gz"))], ignore_index=True)
airlines = pd.read_csv(DATA / "airlines.csv").rename(columns={"name": "airline"})
airports = pd.read_csv(DATA / "airports.csv")
planes = pd.read_csv(DATA / "planes.csv")
weather = pd.read_csv(DATA / "weather.csv")

flights["date"] = pd.to_datetime(flights[["year", "month", "day"]])
flights["scheduled"] = flights["date"] + pd.to_timedelta(flights["hour"] * 60 + flights["minute"], unit="min")
flights["status"] = np.select(
    [flights["dep_delay"].isna(), flights["arr_delay"].isna(), flights["dep_delay"] > 15],
    ["cancelled", "diverted", "late"],
    "on time",
)

joined = flights.merge(airlines, on="carrier", how="left").merge(planes[["tailnum", "manufacturer", "seats"]], on="tailnum", how="left")
joined["time_hour"] = pd.to_datetime(joined["time_hour"])
weather["time_hour"] = pd.to_datetime(weather["time_hour"])
joined = pd.merge_asof(
    joined.sort_values("time_hour"),
    weather[["origin", "time_hour", "temp", "wind_speed", "precip"]].sort_values("time_hour"),
    on="time_hour",
    by="origin",
    tolerance=pd.Timedelta(hours=3),
)

by_day = joined.groupby(joined["date"].dt.strftime("%Y-%m-%d"))
pivot = joined.pivot_table(index="airline", columns=joined["date"].dt.strftime("%Y-%m-%d"), values="dep_delay", aggfunc="mean")

# The last flight of the same plane; of two planned for one minute the flight's name decides. Missing tail numbers are one group, as in the app.
joined["flight"] = joined["carrier"] + " " + joined["flight"].astype(str)
joined = joined.sort_values(["scheduled", "flight"])
joined["before"] = joined.groupby("tailnum", dropna=False)["arr_delay"].shift()
known = joined[joined["before"].notna() & joined["dep_delay"].notna()]
classes = np.select(
    [known["before"] <= 0, known["before"] <= 30, known["before"] <= 120], ["1 early", "2 up to 30 min", "3 up to 2 h"], "4 over 2 h"
)
passed = known["dep_delay"].groupby(classes).agg(["size", "mean", "median"])

answer = {
    "rows": len(joined),
    "status": {name: int(count) for name, count in sorted(joined["status"].value_counts().items())},
    "cancelledByDay": {day: int(count) for day, count in by_day["status"].apply(lambda values: (values == "cancelled").sum()).items()},
    "planesMatched": int(flights["tailnum"].isin(planes["tailnum"]).sum()),
    "destinationsUnknown": int((~flights["dest"].isin(airports["faa"])).sum()),
    "meanTemperature": joined["temp"].mean(),
    "meanSeats": joined["seats"].mean(),
    "meanDelayByAirlineAndDay": {airline: {day: (None if pd.isna(value) else value) for day, value in row.items()} for airline, row in pivot.iterrows()},
    "passedOn": {name: {"rows": int(row["size"]), "mean": row["mean"], "median": row["median"]} for name, row in passed.iterrows()},
}

text = json.dumps(answer, indent=1) + "\n"
if "--check" in sys.argv:
    if json.loads(ANSWER.read_text("utf-8")) != json.loads(text):
        sys.exit(f"{ANSWER.relative_to(ROOT)}: the answer differs")
else:
    ANSWER.write_text(text, "utf-8")
