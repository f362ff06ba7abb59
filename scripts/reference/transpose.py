"""Answers of DataFrame.transpose for nodes/transform/transpose."""

from reference import Fixture, cell

for name in ["header", "no-header", "text", "dates"]:
    fixture = Fixture("transform/transpose", name)
    params = fixture.params()
    frame = fixture.table("data")
    kinds = {column["name"]: column["type"] for column in fixture.data["nodes"][0]["params"]["columns"]}
    header = params.get("header")
    heads = [f"row_{i + 1}" for i in range(len(frame))] if not header else ["missing" if cell(value) is None else value for value in frame[header]]
    names = [params.get("nameColumn", "column")]
    for head in heads:
        n = 2
        wanted = head
        while head in names:
            head, n = f"{wanted}_{n}", n + 1
        names.append(head)
    body = frame.drop(columns=header) if header else frame
    kind = "string" if name == "text" else "timestamp" if name == "dates" else "float" if "float" in [kinds[c] for c in body] else "integer"
    if name == "text":
        body = body.assign(a=body["a"].astype("string"), d=body["d"].dt.strftime("%Y-%m-%d"))
    turned = body.astype(object).T
    turned.insert(0, names[0], body.columns)
    fixture.expect("table", turned, schema=[{"name": each, "type": kind if i else "string"} for i, each in enumerate(names)])
    fixture.save()
