"""What the nodes measure and build, shown in the Rerun viewer."""
