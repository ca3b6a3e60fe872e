"""Pictures of a timeline. The only user of Pillow."""

from bot.pictures.timeline import timeline_picture

__all__ = ["timeline_picture"]
