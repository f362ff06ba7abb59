"""Answers of pandas.melt for nodes/transform/unpivot."""

from reference import Fixture

for name in ["chosen", "drop-missing", "numbers", "others"]:
    fixture = Fixture("transform/unpivot", name)
    params = fixture.params()
    frame = fixture.table("data")
    columns = params.get("columns", [])
    if params.get("mode") == "numbers":
        columns = list(frame.select_dtypes("number"))
    if params.get("mode") == "others":
        columns = [column for column in frame if column not in columns]
        frame[columns] = frame[columns].astype("string")
    names = {"var_name": params.get("nameColumn", "name"), "value_name": params.get("valueColumn", "value")}
    answer = frame.melt(id_vars=[column for column in frame if column not in columns], value_vars=columns, **names)
    if params.get("dropMissing"):
        answer = answer.dropna(subset=names["value_name"])
    fixture.expect("table", answer, unordered=True)
    fixture.save()
