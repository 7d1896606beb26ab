"""Questions with exact answers about any map or layout, from geometry of their own."""

from cogmap.memory.questions.generation import TYPES, QuestionError, generate
from cogmap.memory.questions.item import Margins, QuestionItem
from cogmap.memory.questions.scene import Scene

__all__ = ["TYPES", "Margins", "QuestionError", "QuestionItem", "Scene", "generate"]
