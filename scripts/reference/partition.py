"""Splits of nodes/transform/partition by hashlib and numpy.quantile."""

import numpy as np
import pandas as pd
from reference import Fixture
from row_hash import dated, hashes

for name in ["whole-rows", "by-key", "stratified-by-key", "grouped", "time-share", "time-dates", "on-average"]:
    fixture = Fixture("transform/partition", name)
    params = fixture.params()
    frame = fixture.table("data")
    train_share, validation = params.get("fraction", 0.8), params.get("validation", 0)
    seed, method = params.get("seed", 42), params.get("method", "random")
    part = pd.Series("test", index=frame.index)
    if params.get("testFrom"):
        time = frame[params["time"]]
        part[(time < pd.Timestamp(params["testFrom"])) | time.isna()] = "validation"
        part[(time < pd.Timestamp(params["validationFrom"])) | time.isna()] = "train"
    elif method == "random" and not params.get("key"):
        rank = hashes(frame, frame.columns, seed).rank(method="first")
        part[rank <= train_share * len(frame) + 0.5] = "train"
    elif not params.get("exact", True):
        place = hashes(frame, params["key"], seed)
        part[place < train_share + validation] = "validation"
        part[place < train_share] = "train"
    else:
        if method == "time":
            place = frame[params["time"]].astype("int64").where(frame[params["time"]].notna()) / 1e6
        else:
            place = hashes(frame, params["group"] if method == "grouped" else params["key"], seed)
        strata = frame[params["column"]].fillna("missing") if method == "stratified" else pd.Series("", index=frame.index)
        for _, rows in place.groupby(strata):
            counted = rows.drop_duplicates() if method == "grouped" else rows
            first, second = np.nanquantile(counted, [train_share, train_share + validation])
            past = rows.isna()
            part[rows.index[(rows <= second) | past]] = "validation" if validation else "test"
            part[rows.index[(rows <= first) | past]] = "train"
    for port in ["train", "test", "validation"]:
        fixture.expect(port, dated(frame[part == port]), unordered=True)
    fixture.save()
