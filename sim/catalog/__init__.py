"""Object models: the categories of things in a house, each built of several parts."""

from cogmap.sim.catalog.categories import CATEGORIES, CategoryInfo, build

__all__ = ["CATEGORIES", "CategoryInfo", "build"]
