"""Texts in Markdown and HTML, and their front matter, read by well-kept libraries."""
