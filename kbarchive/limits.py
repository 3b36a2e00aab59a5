"""How much is believed and read of what comes from outside. docs/converting.md tells what is said where one is reached."""

from __future__ import annotations

MAX_BYTES = 64 * 2**20
"""The largest document that is read. No file of articles comes near; a bomb in an archive must not fill the memory."""

LARGEST_SKIP = 64 * 2**30
"""The largest member of a tar that is passed over: a header may claim any size, and passing over takes time."""

LARGEST_SPOOL = 2**30
"""The largest zip that is copied to a temporary file, out of another archive or a stream: its directory stands at its end."""

LARGEST_NAME_HEADER = 2**20
"""The longest name, or set of further headers, of a member of a tar."""

LONGEST_LINE = 256 * 2**20
"""The longest line of JSON Lines that is read back: a record is about twice its document."""

MARGINS = 500
"""So many indentations of lists are remembered; an article may have one a line."""

DEPTH = 3
"""How deep archives in archives are read: a zip in a tar in a zip in the archive that is given."""
