"""Extended attributes and access lists of a thing at the source, as far as they can be read; never a failure.

Linux shows POSIX access lists as the attributes `system.posix_acl_access` and `system.posix_acl_default`, capabilities and
labels as `security.*`; drivers of other file systems show alternate streams as `user.*`. `trusted.*` is shown to root alone.
"""

from __future__ import annotations

import base64
import errno
import os

from .listing import CHUNK, Found, open_at
from .model import FOLDER, Attribute

MAX_VALUES = 1024 * 1024
_NONE = (errno.ENOTSUP, errno.ENOSYS, errno.EPERM, errno.EACCES)


def attributes_of(thing: int | bytes, *, limit: int = MAX_VALUES) -> tuple[Attribute, ...]:
    """Give the attributes of an open file, or of what stands at a path itself; values beyond *limit* in all are left out.

    A file system that knows none, or does not let us list them, gives nothing.
    """
    named = {} if isinstance(thing, int) else {"follow_symlinks": False}
    try:
        names = os.listxattr(thing, **named)
    except OSError as e:
        return () if e.errno in _NONE else (Attribute(b"", reason=e.strerror or ""),)
    found, left = [], limit
    for name in sorted(os.fsencode(name) for name in names):
        try:
            value = os.getxattr(thing, name, **named)
        except OSError as e:
            found.append(Attribute(name, reason=e.strerror or ""))
            continue
        if len(value) > left:
            found.append(Attribute(name, reason=f"{len(value)} bytes, over the limit"))
            continue
        left -= len(value)
        found.append(Attribute(name, base64.b64encode(value).decode()))
    return tuple(found)


def attributes_at(found: Found) -> tuple[Attribute, ...]:
    """Give the attributes of a folder, link or special file that was listed; only folders may have paths of any length."""
    if len(found.path) < CHUNK or found.kind != FOLDER:
        return attributes_of(found.path)
    try:
        fd = open_at(found.path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as e:
        return (Attribute(b"", reason=e.strerror or ""),)
    try:
        return attributes_of(fd)
    finally:
        os.close(fd)
