"""Object models: the categories of things in a house, each built of several parts."""

from cogmap.sim.catalog.categories import CATEGORIES, build
from cogmap.sim.catalog.info import CategoryInfo

__all__ = ["CATEGORIES", "CategoryInfo", "build"]
