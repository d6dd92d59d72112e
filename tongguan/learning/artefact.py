# SPDX-License-Identifier: Apache-2.0
"""Pure: a trained classifier as bytes and back, safe to read from anywhere.

Numbers and names only: reading creates objects of a closed list of classes and sets plain values in them;
no code is stored or run, as it would be with pickle. The learners' insides change with their library, so
its version is written down and another one is refused: the model is then trained again.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import msgspec
import numpy as np
import scipy.sparse as sp
import sklearn
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.naive_bayes import ComplementNB
from sklearn.preprocessing import LabelBinarizer
from sklearn.svm import LinearSVC

from tongguan.learning.alike import Alike
from tongguan.learning.calibration import Calibration
from tongguan.learning.ensemble import Classifier
from tongguan.learning.features import Sight, words
from tongguan.learning.grams import Grams
from tongguan.learning.members import Centres, Counts, Margins, Names, Ratios
from tongguan.learning.recipes import KNOWN
from tongguan.learning.sense import Sense

FORMAT: Final = 2
_CLASSES: Final[Mapping[str, type]] = {
    kind.__name__: kind
    for kind in (
        Classifier, Sight, Grams, Sense, Alike, Centres, Counts, Margins, Names, Ratios,
        ComplementNB, LabelBinarizer, LinearSVC, TfidfTransformer, TfidfVectorizer,
    )
}  # fmt: skip
_SPARSE: Final[Mapping[str, type]] = {
    kind.__name__: kind
    for kind in (sp.csr_matrix, sp.csc_matrix, sp.dia_matrix, sp.csr_array, sp.csc_array, sp.dia_array)
}
_DTYPES: Final = {name: np.dtype(name).type for name in ("float32", "float64", "int32", "int64")}


class UnreadableError(ValueError):
    """These bytes are no classifier that this installation can use."""


def dump(model: Classifier) -> bytes:
    """Give the bytes of a trained classifier. Raises TypeError for a member outside the closed list."""
    head = {"format": FORMAT, "sklearn": sklearn.__version__, "recipe": model.recipe.version}
    state = {key: value for key, value in vars(model).items() if key != "recipe"}
    return msgspec.msgpack.encode({**head, "state": _packed(state)})


def load(content: bytes) -> Classifier:
    """Give the classifier. Raises UnreadableError for broken bytes, unknown recipes, another library."""
    try:
        written = msgspec.msgpack.decode(content)
        stamp = (written["format"], written["sklearn"])
        if stamp == (FORMAT, sklearn.__version__):
            model = Classifier.__new__(Classifier)
            vars(model).update(_unpacked(written["state"]), recipe=KNOWN[written["recipe"]])
            return model
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UnreadableError(f"not a model: {error}") from error
    raise UnreadableError(f"written as {stamp}, read by {(FORMAT, sklearn.__version__)}; train again")


def _packed(value: Any) -> Any:  # noqa: PLR0911 - one line per kind of value
    """Turn a value into maps, lists, text, numbers and bytes; every map carries its kind under ``~``."""
    if isinstance(value, np.generic):
        return {"~": "scalar", "type": value.dtype.str, "value": value.item()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        return _packed_array(value)
    if sp.issparse(value):
        return _packed_sparse(value)
    if isinstance(value, list | tuple):
        return {"~": type(value).__name__, "items": [_packed(item) for item in value]}
    if isinstance(value, dict):
        return _packed_dict(value)
    if isinstance(value, Calibration):
        return {"~": "calibration", "scores": list(value.scores), "shares": list(value.shares)}
    if value is words:
        return {"~": "words"}
    if isinstance(value, type) and value.__name__ in _DTYPES:
        return {"~": "dtype", "name": value.__name__}
    if _CLASSES.get(type(value).__name__) is type(value):
        return {"~": "object", "class": type(value).__name__, "state": _packed(vars(value))}
    raise TypeError(f"{type(value).__qualname__} cannot be stored")


def _packed_array(value: np.ndarray[Any, Any]) -> dict[str, Any]:
    if value.dtype == object:
        return {"~": "texts", "items": [str(item) for item in value.tolist()]}
    # The order in memory is kept: sums run along it, and the last digit depends on it.
    order: Literal["F", "C"] = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    return {
        "~": "array",
        "type": value.dtype.str,
        "shape": list(value.shape),
        "order": order,
        "bytes": value.tobytes(order),
    }


def _packed_sparse(value: Any) -> dict[str, Any]:
    names = ("data", "offsets") if value.format == "dia" else ("data", "indices", "indptr")
    parts = [_packed_array(getattr(value, name)) for name in names]
    return {"~": "sparse", "class": type(value).__name__, "parts": parts, "shape": list(value.shape)}


def _packed_dict(value: dict[Any, Any]) -> dict[str, Any]:
    """Write a vocabulary (text to place) as two columns: it has hundreds of thousands of rows."""
    if value and all(isinstance(place, int | np.integer) for place in value.values()):
        return {"~": "places", "keys": list(value), "values": [int(place) for place in value.values()]}
    return {"~": "dict", "keys": list(value), "values": [_packed(item) for item in value.values()]}


def _unpacked(value: Any) -> Any:
    return _READERS[value["~"]](value) if isinstance(value, dict) else value


def _unpacked_items(value: Mapping[str, Any]) -> list[Any]:
    return [_unpacked(item) for item in value["items"]]


def _unpacked_dict(value: Mapping[str, Any]) -> dict[Any, Any]:
    return dict(zip(value["keys"], (_unpacked(item) for item in value["values"]), strict=True))


def _unpacked_sparse(value: Mapping[str, Any]) -> Any:
    parts = tuple(_unpacked_array(part) for part in value["parts"])
    return _SPARSE[value["class"]](parts, shape=tuple(value["shape"]))


def _unpacked_object(value: Mapping[str, Any]) -> Any:
    made: Any = object.__new__(_CLASSES[value["class"]])
    vars(made).update(_unpacked(value["state"]))
    return made


def _unpacked_array(value: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    kind = np.dtype(value["type"])
    if kind.hasobject:
        raise UnreadableError("an array of objects")
    flat = np.frombuffer(value["bytes"], kind)
    return flat.reshape(value["shape"], order=value["order"]).copy(order=value["order"])


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Any]]] = {
    "scalar": lambda value: np.dtype(value["type"]).type(value["value"]),
    "array": _unpacked_array,
    "texts": lambda value: np.array(value["items"], dtype=object),
    "sparse": _unpacked_sparse,
    "list": _unpacked_items,
    "tuple": lambda value: tuple(_unpacked_items(value)),
    "places": lambda value: dict(zip(value["keys"], value["values"], strict=True)),
    "dict": _unpacked_dict,
    "calibration": lambda value: Calibration(tuple(value["scores"]), tuple(value["shares"])),
    "words": lambda _value: words,
    "dtype": lambda value: _DTYPES[value["name"]],
    "object": _unpacked_object,
}
