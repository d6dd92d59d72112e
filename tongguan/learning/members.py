# SPDX-License-Identifier: Apache-2.0
"""Pure: the members of an ensemble. Each learns from sparse rows and gives a score per class."""

from typing import Any, Protocol

import numpy as np
import scipy.sparse as sp
from sklearn.naive_bayes import ComplementNB
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from tongguan.learning.measures import Floats, Ints


class Member(Protocol):
    """One way to learn."""

    def fit(self, rows: Any, labels: Ints, classes: int) -> None:
        """Learn from CSR rows and their labels 0 … classes-1, each of which occurs."""

    def scores(self, rows: Any) -> Floats:
        """Give (rows × classes) scores; higher is likelier."""


class Margins:
    """A linear support vector machine, one class against the rest."""

    def __init__(self, strength: float, *, balanced: bool = False) -> None:
        """``strength`` is C; ``balanced`` lets rare classes weigh as much as common ones."""
        self._machine = LinearSVC(C=strength, class_weight="balanced" if balanced else None, random_state=0)

    def fit(self, rows: Any, labels: Ints, classes: int) -> None:  # noqa: ARG002 - as every member
        """Learn."""
        self._machine.fit(rows, labels)

    def scores(self, rows: Any) -> Floats:
        """Give the distances from the borders."""
        return _columns(self._machine.decision_function(rows))


class Counts:
    """Complement naive Bayes: quick, and strong where classes are uneven."""

    def __init__(self, smoothing: float) -> None:
        """``smoothing`` is added to every count."""
        self._bayes = ComplementNB(alpha=smoothing)

    def fit(self, rows: Any, labels: Ints, classes: int) -> None:  # noqa: ARG002 - as every member
        """Learn."""
        self._bayes.fit(rows, labels)

    def scores(self, rows: Any) -> Floats:
        """Give log-probabilities."""
        return np.asarray(self._bayes.predict_log_proba(rows), np.float64)


class Ratios:
    """Support vectors over rows weighted by each class's log-count ratios (NB-SVM, Wang and Manning 2012)."""

    def __init__(self, strength: float, smoothing: float = 0.3, *, balanced: bool = False) -> None:
        """``strength`` is C; ``smoothing`` is added to every count; ``balanced`` as above."""
        self._strength, self._smoothing = strength, smoothing
        self._kind = "balanced" if balanced else None
        self._weights: list[Any] = []
        self._machines: list[LinearSVC] = []

    def fit(self, rows: Any, labels: Ints, classes: int) -> None:
        """Learn one machine per class."""
        marks = np.eye(classes, dtype=np.float32)[labels]
        inside = np.asarray(rows.T @ marks) + self._smoothing
        outside = np.asarray(rows.sum(0)).reshape(-1, 1) - inside + 2 * self._smoothing
        ratios = np.log(inside / inside.sum(0)) - np.log(outside / outside.sum(0))
        for number in range(classes):
            self._weights.append(sp.diags(ratios[:, number].astype(np.float32)))
            machine = LinearSVC(C=self._strength, class_weight=self._kind, random_state=0)
            self._machines.append(machine.fit(self._weighted(rows, number), labels == number))

    def scores(self, rows: Any) -> Floats:
        """Give the distances from the borders."""
        found = [m.decision_function(self._weighted(rows, n)) for n, m in enumerate(self._machines)]
        return np.stack(found, axis=1)

    def _weighted(self, rows: Any, number: int) -> Any:
        return normalize((rows @ self._weights[number]).tocsr())


class Names:
    """The likeness to a class's own name: units and items are called after what they do."""

    def __init__(self, rows: Any) -> None:
        """Take the names as rows, in the order of the classes."""
        self._names = normalize(rows).T.tocsc()

    def fit(self, rows: Any, labels: Ints, classes: int) -> None:
        """Learn nothing: the names are known."""

    def scores(self, rows: Any) -> Floats:
        """Give cosines."""
        return np.asarray((rows @ self._names).toarray(), np.float64)


class Centres:
    """The likeness to the middle of each class."""

    def __init__(self) -> None:
        """Start without centres."""
        self._centres: Any = None

    def fit(self, rows: Any, labels: Ints, classes: int) -> None:  # noqa: ARG002 - as every member
        """Take the middle of each class."""
        marks = sp.csr_matrix((np.ones(len(labels), np.float32), (labels, np.arange(len(labels)))))
        self._centres = normalize(marks @ rows).T.tocsc()

    def scores(self, rows: Any) -> Floats:
        """Give cosines."""
        return np.asarray((rows @ self._centres).toarray(), np.float64)


def _columns(scores: Any) -> Floats:
    """Give two columns where a machine for two classes gives one."""
    found = np.asarray(scores, np.float64)
    return np.stack([-found, found], axis=1) if found.ndim == 1 else found
