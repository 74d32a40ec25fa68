"""The networks of the Hemorica dataset paper (arXiv 2509.22993): build, train by its recipe, export for Hemorica."""
