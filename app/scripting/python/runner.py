"""Runs one Python script over pandas data frames, and ends.

Reads the request from standard input and writes messages to standard output, in the binary form of app/scripting/frames.ts; what the script
prints goes to the log. Started with -I (no PYTHON* variables, no folder of the user on the path), without an environment, in an empty folder.
"""

import io
import json
import os
import struct
import sys

LOG, FAILURE, RESULT, PART = 1, 2, 3, 4
TEXT_ROWS = 65_536
REQUEST = sys.stdin.buffer
# What writes to descriptor 1 past sys.stdout (C libraries, child processes) must not get between the messages.
ANSWER = os.fdopen(os.dup(1), "wb", closefd=True)
os.dup2(2, 1)
os.set_inheritable(ANSWER.fileno(), False)


def send(kind, payload):
    ANSWER.write(struct.pack("<BI", kind, len(payload)))
    ANSWER.write(payload)
    ANSWER.flush()


def fail(code, message, remedy=None, line=None, column=None, length=None):
    fault = {"code": code, "message": message, "line": line, "column": column, "length": length}
    if remedy is not None:
        fault["remedy"] = remedy
    send(FAILURE, json.dumps(fault).encode())
    os._exit(0)


def limit(megabytes, seconds):
    """Bounds that the system itself keeps, where it has them."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in (("RLIMIT_CPU", seconds), ("RLIMIT_NOFILE", 256), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 1 << 30), ("RLIMIT_AS", (megabytes + 4096) << 20)):
        try:
            resource.setrlimit(getattr(resource, kind), (value, value))
        except (ValueError, OSError, AttributeError):
            pass


class Log(io.TextIOBase):
    """Standard output and error of the script: whole lines, so many and so long."""

    def __init__(self, most, longest):
        self.most, self.longest, self.count, self.rest = most, longest, 0, ""

    def writable(self):
        return True

    def write(self, text):
        self.rest += text
        *lines, rest = self.rest.split("\n")
        self.rest = rest[-self.longest * 2 :]
        for line in lines:
            self.line(line)
        return len(text)

    def line(self, line):
        self.count += 1
        if self.count <= self.most:
            send(LOG, (line if len(line) <= self.longest else line[: self.longest] + "…").encode("utf-8", "replace"))
        elif self.count == self.most + 1:
            send(LOG, f"Further lines are left out: a script's log has {self.most}.".encode())

    def finish(self):
        if self.rest != "":
            self.line(self.rest)
            self.rest = ""


def read_exactly(count):
    data = REQUEST.read(count)
    if len(data) != count:
        os._exit(3)
    return data


def read_table(table, np, pd):
    rows, series, names = table["rows"], [], []
    for column in table["columns"]:
        kind = column["type"]
        parts = [read_exactly(size) for size in column["parts"]]
        names.append(column["name"])
        if kind in ("boolean", "integer", "float"):
            values = np.frombuffer(parts[0], dtype="<f8")
            missing = np.isnan(values)
            if kind == "float":
                series.append(pd.Series(values.copy()))
            elif not missing.any():
                series.append(pd.Series(values.astype(bool if kind == "boolean" else "int64")))
            else:
                whole = pd.array(np.where(missing, 0, values).astype("int64"), dtype="Int64")
                whole[missing] = pd.NA
                series.append(pd.Series(whole.astype("boolean") if kind == "boolean" else whole))
            continue
        texts = []
        for part in parts:
            texts.extend(json.loads(part))
        values = pd.Series(texts, dtype="object")
        if kind in ("date", "timestamp"):
            # Days beyond what pandas can hold stay text.
            try:
                values = pd.to_datetime(values, format="ISO8601")
            except (ValueError, OverflowError):
                pass
        elif kind == "string":
            values = values.astype("str") if int(pd.__version__.split(".")[0]) >= 3 else values
        series.append(values)
    if not series:
        return pd.DataFrame(index=range(rows))
    frame = pd.concat(series, axis=1)
    frame.columns = names
    return frame


def as_frame(result, pd):
    if result is None:
        fail("script-result", "The script gave no result.", "Assign a table to result, or change df in place.")
    if isinstance(result, pd.DataFrame):
        return result
    if isinstance(result, pd.Series):
        return result.to_frame(result.name if result.name is not None else "value")
    if isinstance(result, (dict, list)):
        try:
            return pd.DataFrame(result)
        except Exception as error:
            fail("script-result", f"The result cannot be made a table: {error}", "Give a DataFrame, a list of dicts, or a dict of lists.")
    # Tables of other libraries: pyarrow, polars.
    if hasattr(result, "to_pandas"):
        return result.to_pandas()
    fail("script-result", f"The result is of the type {type(result).__name__}, which is no table.", "Give a DataFrame, a list of dicts, or a dict of lists.")


def numbers(kind, values, np):
    return kind, [np.ascontiguousarray(values, dtype="<f8").tobytes()]


def texts(kind, values):
    return kind, [json.dumps(values[start : start + TEXT_ROWS]).encode() for start in range(0, len(values), TEXT_ROWS)]


def column_of(series, np, pd):
    """Kind and parts of one column."""
    types = pd.api.types
    missing = series.isna().to_numpy(dtype=bool)
    if missing.all():
        return "empty", []
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return column_of(series.astype(dtype.categories.dtype if not missing.any() else object), np, pd)
    if types.is_bool_dtype(dtype):
        return numbers("booleans", series.astype("object").where(~series.isna(), np.nan).astype("float64"), np)
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return numbers("numbers", series.to_numpy(dtype="float64", na_value=np.nan), np)
    if types.is_datetime64_any_dtype(dtype):
        if getattr(series.dt, "tz", None) is not None:
            series = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return texts("dates", [None if gone else value.isoformat() if value.nanosecond == 0 else value.floor("us").isoformat() for value, gone in zip(series, missing)])
    values = series.tolist()
    present = [value for value, gone in zip(values, missing) if not gone]
    if all(isinstance(value, (bool, np.bool_)) for value in present):
        return numbers("booleans", [np.nan if gone else float(value) for value, gone in zip(values, missing)], np)
    if all(isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool) for value in present):
        return numbers("numbers", [np.nan if gone else float(value) for value, gone in zip(values, missing)], np)
    import datetime

    if all(isinstance(value, datetime.date) for value in present):
        return texts("dates", [None if gone else value.isoformat() for value, gone in zip(values, missing)])
    return texts("texts", [None if gone else text_of(value) for value, gone in zip(values, missing)])


def text_of(value):
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (dict, list, tuple)):
        try:
            return json.dumps(value, ensure_ascii=False)
        except (TypeError, ValueError):
            pass
    return str(value)


def deliver(result, header, np, pd):
    frame = as_frame(result, pd)
    if frame.columns.nlevels > 1:
        frame = frame.copy()
        frame.columns = ["_".join(str(part) for part in name if str(part) != "") for name in frame.columns]
    # A named index (after groupby) holds columns; the running number does not.
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    rows, columns = frame.shape
    if rows > header["maxRows"]:
        fail("script-rows", f"The script gave {rows} rows; the limit is {header['maxRows']}.", "Give fewer rows, or raise the limit of rows.")
    if columns > header["maxColumns"]:
        fail("script-result", f"The script gave more than {header['maxColumns']} columns.", "Give fewer columns.")
    made = [column_of(frame.iloc[:, at], np, pd) for at in range(columns)]
    described = [{"name": str(name), "kind": kind, "parts": len(parts)} for name, (kind, parts) in zip(frame.columns, made)]
    send(RESULT, json.dumps({"rows": rows, "columns": described}).encode())
    for _, parts in made:
        for part in parts:
            send(PART, part)


def compiled(code):
    """The script as code. A `return` at the top level makes it the body of a function."""
    import ast

    try:
        return compile(code, "<script>", "exec"), False
    except SyntaxError as error:
        first = error
    if "return" in code:
        try:
            tree = ast.parse("def _script():\n" + "".join(f" {line}\n" for line in code.split("\n")))
            if len(tree.body) == 1:
                ast.increment_lineno(tree, -1)
                return compile(tree, "<script>", "exec"), True
        except SyntaxError:
            pass
    width = (first.end_offset or 0) - (first.offset or 0) if first.end_lineno == first.lineno else 0
    fail("script-syntax", f"{type(first).__name__}: {first.msg}", None, first.lineno, first.offset, max(width, 1))


def main():
    limit(int(sys.argv[1]), int(sys.argv[2]))
    (length,) = struct.unpack("<I", read_exactly(4))
    header = json.loads(read_exactly(length))
    import random

    import numpy as np
    import pandas as pd

    frames = [read_table(table, np, pd) for table in header["tables"]]
    random.seed(header["seed"])
    np.random.seed(header["seed"])
    log = Log(header["maxLines"], header["maxLineLength"])
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(""), log, log
    program, is_function = compiled(header["code"])
    names = {"__name__": "__main__", "df": frames[0] if frames else None, "dfs": frames, "params": header["params"], "pd": pd, "np": np}
    try:
        exec(program, names)
        result = names["_script"]() if is_function else names.get("result", names["df"])
    except MemoryError:
        fail_memory()
    except SystemExit:
        fail("script-died", "The script ended the process with exit().", "Assign the table to result instead.")
    except BaseException as error:
        log.finish()
        line = None
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "<script>":
                line = trace.tb_lineno
            trace = trace.tb_next
        fail("script-error", f"{type(error).__name__}: {error}", None, line)
    log.finish()
    try:
        deliver(result, header, np, pd)
    except MemoryError:
        fail_memory()


def fail_memory():
    os.write(2, b"MemoryError\n")
    os._exit(4)


main()
ANSWER.flush()
os._exit(0)
