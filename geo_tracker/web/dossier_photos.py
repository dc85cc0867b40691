"""The photos of a dossier: the newest of a village's visits, problems, projects and votes."""

import io
import logging

from flask_babel import gettext as _
from PIL import Image, UnidentifiedImageError
from sqlalchemy.orm import Session

from geo_tracker.db.attachments import latest_files
from geo_tracker.errors import DamagedFileError
from geo_tracker.followup.attachments import INLINE
from geo_tracker.reports.document import Block, Heading, Paragraph, Picture, Pictures
from geo_tracker.web.context import services
from geo_tracker.web.followup_places import units_of_village
from geo_tracker.web.record_words import record_word
from geo_tracker.web.register import Register
from geo_tracker.web.texts import day
from geo_tracker.workflows.attachment_files import stored_content

MOST_PHOTOS = 6
_ACROSS, _WIDTH_MM, _TALLEST_MM = 2, 86.0, 66.0
_MOST_PIXELS = 1_100
"""Along the longer side: at 86 millimetres more than a printer shows."""

log = logging.getLogger(__name__)


def photo_blocks(session: Session, held: Register, unit_id: int) -> list[Block]:
    """Return the newest photos of a village and its former ones, with what they belong to.

    A photo that is not what was stored is left out, and said so.
    """
    photos = latest_files(
        session, units_of_village(held, unit_id), media_types=INLINE, most=MOST_PHOTOS
    )
    pictures, damaged = [], []
    for photo in photos:
        try:
            content, wide, high = _printed(stored_content(services().settings, photo))
        except (DamagedFileError, UnidentifiedImageError, OSError):
            log.warning("photo %s left out of a dossier", photo.id)
            damaged.append(photo.file_name)
            continue
        taken = photo.taken_at or photo.added_at
        about = [record_word(photo.table_name), held.units["name"].get(photo.unit_id), day(taken)]
        width = min(_WIDTH_MM, _TALLEST_MM * wide / high)
        pictures.append(
            Picture(
                jpeg=content,
                width_mm=round(width, 2),
                height_mm=round(width * high / wide, 2),
                caption=" · ".join(filter(None, (photo.title, *about))),
            )
        )
    if not pictures and not damaged:
        return []
    blocks: list[Block] = [
        Heading(text=_("Photos"), note=_("The newest %(count)s at most", count=MOST_PHOTOS)),
        Pictures(pictures=pictures, across=_ACROSS),
    ]
    if damaged:
        told = _("Damaged, and so not shown: %(names)s", names=_(", ").join(damaged))
        blocks.append(Paragraph(text=told, quiet=True))
    return blocks


def _printed(content: bytes) -> tuple[bytes, int, int]:
    """Return a photo as JPEG no larger than paper shows, with its width and height."""
    with Image.open(io.BytesIO(content)) as photo:
        photo.draft("RGB", (_MOST_PIXELS, _MOST_PIXELS))
        small = photo.convert("RGB")
    small.thumbnail((_MOST_PIXELS, _MOST_PIXELS))
    made = io.BytesIO()
    small.save(made, "JPEG", quality=80)
    return made.getvalue(), *small.size
