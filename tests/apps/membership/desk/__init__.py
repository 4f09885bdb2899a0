"""The members' desk."""
