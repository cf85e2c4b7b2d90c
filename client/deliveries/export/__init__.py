"""Captured exchanges as files of other tools."""

from client.deliveries.export.errors import ExportRefused
from client.deliveries.export.export import export
from client.deliveries.export.model import FORMATS, CapturedExchange, CapturedResponse, Exported, Format

__all__ = ["FORMATS", "CapturedExchange", "CapturedResponse", "ExportRefused", "Exported", "Format", "export"]
