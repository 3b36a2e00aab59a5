"""The page of the documentation that the program itself shows."""
