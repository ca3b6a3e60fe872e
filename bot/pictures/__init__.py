"""Pictures for people who would rather look than read. The only owner of Pillow."""

from bot.pictures.timeline import timeline_picture

__all__ = ["timeline_picture"]
