"""Trains the classifier on the handwritten digits that scikit-learn brings, and refuses to ship a bad one."""

import joblib
import numpy as np
from features import features
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

LEAST_ACCURACY = 0.97

digits = load_digits()
pictures = np.array([features(np.uint8(image * 255 / 16)) for image in digits.images])
seen, unseen, seen_labels, unseen_labels = train_test_split(
    pictures, digits.target, test_size=0.25, random_state=0, stratify=digits.target
)
model = LogisticRegression(max_iter=1000).fit(seen, seen_labels)
accuracy = model.score(unseen, unseen_labels)
print(f"{accuracy:.1%} of {len(unseen)} unseen digits recognized")
if accuracy < LEAST_ACCURACY:
    raise SystemExit(f"less than {LEAST_ACCURACY:.0%} is not good enough")
joblib.dump(model, "model.joblib")
