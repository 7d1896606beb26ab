"""The words of the language, by what they are about; importing them registers them."""

from cogmap.memory.programs.operations import counting, directions, measures, selecting

__all__ = ["counting", "directions", "measures", "selecting"]
