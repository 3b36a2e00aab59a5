"""The web application in a real Chromium."""
