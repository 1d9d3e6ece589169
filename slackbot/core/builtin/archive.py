"""What a core has learned, as one piece of data: a zip of JSON, arrays of numbers and plain bytes. It holds no code."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slackbot.errors import StorythreadError

#: JSON, with arrays and bytes anywhere in it. Keys of mappings are text; tuples come back as lists.
State = Any

_TREE = "state.json"
_ARRAY, _BYTES = "$array", "$bytes"


class ArchiveUnfit(StorythreadError):
    """An archive that can't be used here: broken, of another version, or of an installation with other parts."""


def packed(state: State) -> bytes:
    """The archive of a state. Raises TypeError for what is neither JSON nor an array nor bytes."""
    files: dict[str, bytes] = {}

    def kept(value: object) -> dict[str, str]:
        kind, content = (_BYTES, value) if isinstance(value, bytes) else (_ARRAY, _written(value))
        name = f"{len(files)}.{'bin' if kind == _BYTES else 'npy'}"
        files[name] = content
        return {kind: name}

    tree = json.dumps(state, default=kept, ensure_ascii=False, separators=(",", ":"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # numbers hardly shrink, and loading must be quick
        archive.writestr(_TREE, tree.encode("utf-8", "surrogatepass"), zipfile.ZIP_DEFLATED, 1)
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def unpacked(archive: bytes) -> State:
    """The state of an archive. Raises ArchiveUnfit."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            tree = files.read(_TREE).decode("utf-8", "surrogatepass")
            return json.loads(tree, object_hook=lambda item: _restored(item, files))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, RecursionError) as error:
        raise ArchiveUnfit(f"the archive is broken ({error})") from error


def _written(value: object) -> bytes:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"an archive can't hold {type(value).__name__}")
    out = io.BytesIO()
    np.save(out, value, allow_pickle=False)
    return out.getvalue()


def _restored(item: Mapping[str, Any], files: zipfile.ZipFile) -> Any:
    match item:
        case {"$array": str(name), **rest} if not rest:
            return _array(files.read(name))
        case {"$bytes": str(name), **rest} if not rest:
            return files.read(name)
    return item


def _array(content: bytes) -> NDArray[Any]:
    array: NDArray[Any] = np.load(io.BytesIO(content), allow_pickle=False)
    return array
