"""Answers of scikit-learn's TfidfVectorizer and CountVectorizer for app/ml/recipe/text.test.ts."""

import json
from pathlib import Path

from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

texts = [
    "The film was good, really GOOD!",
    "Not good: the plot was thin and the acting thinner.",
    "Good acting; thin plot. The plot, the plot!",
    "Ein schöner Film – wirklich schön (und traurig).",
    "SCHÖN ist anders: nicht schön, nicht gut…",
    "really really really good",
    "?!",
    "L’été à Tromsø: 12 jours, 3 films",
    "The été film was Good",
]
fresh = ["the GOOD film été", "unheard words only", "", "good good thin plot was good"]
cases = []
for name, vectorizer in {
    "tf-idf": TfidfVectorizer(min_df=2),
    "tf-idf of pairs": TfidfVectorizer(min_df=2, ngram_range=(1, 2)),
    "counts": CountVectorizer(ngram_range=(1, 3), min_df=2),
    "presence": CountVectorizer(binary=True, min_df=1),
}.items():
    fitted = vectorizer.fit(texts)
    cases.append({"name": name, "terms": fitted.get_feature_names_out().tolist(), "training": fitted.transform(texts).toarray().tolist(), "fresh": fitted.transform(fresh).toarray().tolist()})
path = Path(__file__).parents[2] / "app/ml/recipe/text.reference.json"
path.write_text(json.dumps({"texts": texts, "newTexts": fresh, "cases": cases}, ensure_ascii=False) + "\n")
