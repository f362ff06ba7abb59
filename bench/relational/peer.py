"""The benchmark's pipeline in Polars, pandas and Orange: `python peer.py {polars|pandas|orange} ORDERS CUSTOMERS OUT`.

Prints one JSON line: wall time in ms from the first read to the last write, and the peak resident memory in bytes.
"""

import json
import resource
import sys
import time

contestant, orders_file, customers_file, out_file = sys.argv[1:5]
CHANNELS = ["partner", "phone", "shop", "web"]
KEYS = ["customer_id", "segment", "region", "month"]


def with_polars() -> float:
    import polars as pl

    start = time.perf_counter()
    customers = pl.scan_parquet(customers_file).select("customer_id", "segment", "region")
    grouped = (
        pl.scan_csv(orders_file, try_parse_dates=True)
        .filter((pl.col("quantity") > 0) & pl.col("price").is_not_null())
        .with_columns(
            channel=pl.col("channel").str.strip_chars().str.to_lowercase(),
            month=pl.col("ordered_at").dt.truncate("1mo").dt.date(),
            amount=pl.col("quantity") * pl.col("price") * (1 - pl.col("discount").fill_null(0)),
        )
        .select("customer_id", "ordered_at", "channel", "month", "quantity", "price", "amount")
        .join(customers, on="customer_id")
        .with_columns(running_total=pl.col("amount").cum_sum().over("customer_id", order_by=["ordered_at", "amount"]))
        .group_by([*KEYS, "channel"])
        .agg(pl.col("amount").sum(), pl.col("quantity").sum(), pl.col("running_total").max(), orders=pl.len())
    )
    cells = [
        column
        for channel in CHANNELS
        for column in (
            pl.col("amount").filter(pl.col("channel") == channel).sum().alias(f"{channel}_amount"),
            pl.col("running_total").filter(pl.col("channel") == channel).max().alias(f"{channel}_running"),
        )
    ]
    wide = grouped.group_by(KEYS).agg(cells).sort(["segment", "month", "customer_id", "region"], descending=[False, True, False, False])
    wide.collect(engine="streaming").write_parquet(out_file, compression="zstd")
    return time.perf_counter() - start


def with_pandas() -> float:
    import pandas as pd

    start = time.perf_counter()
    orders = pd.read_csv(orders_file, parse_dates=["ordered_at"])
    orders = orders[(orders["quantity"] > 0) & orders["price"].notna()]
    orders = orders.assign(
        channel=orders["channel"].str.strip().str.lower(),
        month=orders["ordered_at"].dt.to_period("M").dt.start_time,
        amount=orders["quantity"] * orders["price"] * (1 - orders["discount"].fillna(0)),
    )[["customer_id", "ordered_at", "channel", "month", "quantity", "price", "amount"]]
    customers = pd.read_parquet(customers_file)[["customer_id", "segment", "region"]]
    joined = orders.merge(customers, on="customer_id").sort_values(["ordered_at", "amount"])
    joined["running_total"] = joined.groupby("customer_id")["amount"].cumsum()
    grouped = joined.groupby([*KEYS, "channel"], as_index=False).agg(
        amount=("amount", "sum"), quantity=("quantity", "sum"), running_total=("running_total", "max"), orders=("amount", "size")
    )
    wide = grouped.pivot_table(index=KEYS, columns="channel", values=["amount", "running_total"], aggfunc={"amount": "sum", "running_total": "max"})
    wide.columns = [f"{channel}_{value}" for value, channel in wide.columns]
    wide = wide.reset_index().sort_values(["segment", "month", "customer_id", "region"], ascending=[True, False, True, True])
    wide.to_parquet(out_file, compression="zstd")
    return time.perf_counter() - start


def with_orange() -> float:
    """The data path of the widgets File, Select Rows, Feature Constructor, Merge Data, Group By and Save Data: `Orange.data.Table`.

    Orange has no running window and no sort that is kept, so those two steps are left out: it does less than the others.
    """
    import numpy as np
    import pandas as pd
    from Orange.data import Table
    from Orange.data.aggregate import OrangeTableGroupBy
    from Orange.data.filter import FilterContinuous, IsDefined, Values
    from Orange.data.pandas_compat import table_from_frame
    from Orange.data.util import get_unique_names  # noqa: F401 - the import that the File widget makes

    start = time.perf_counter()
    orders = Table.from_file(orders_file)
    domain = orders.domain
    orders = IsDefined([domain["price"]])(orders)
    orders = Values([FilterContinuous(domain["quantity"], FilterContinuous.Greater, 0)])(orders)
    column = lambda name: orders.get_column(name)  # noqa: E731
    discount = np.nan_to_num(column("discount").astype(float))
    frame = pd.DataFrame(
        {
            "customer_id": pd.Categorical(column("customer_id").astype(int).astype(str)),
            "month": pd.Categorical(np.floor(column("ordered_at").astype(float) / 2_629_800).astype(int).astype(str)),
            "channel": pd.Categorical([domain["channel"].str_val(value).strip().lower() for value in column("channel")]),
            "amount": column("quantity").astype(float) * column("price").astype(float) * (1 - discount),
        }
    )
    customers = pd.read_parquet(customers_file)[["customer_id", "segment", "region"]]
    customers["customer_id"] = customers["customer_id"].astype(str)
    joined = table_from_frame(frame.merge(customers, on="customer_id"), force_nominal=True)
    keys = [joined.domain[name] for name in ("customer_id", "segment", "region", "month", "channel")]
    grouped = OrangeTableGroupBy(joined, keys).aggregate({joined.domain["amount"]: ["sum", "max", "count"]})
    grouped.save(out_file.replace(".parquet", ".csv"))
    return time.perf_counter() - start


seconds = {"polars": with_polars, "pandas": with_pandas, "orange": with_orange}[contestant]()
print(json.dumps({"ms": seconds * 1000, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
