"""Object models: at least 40 categories, each built of several parts."""
