"""Keep the third-party integrations of MongoDB Atlas projects as YAML in git says."""

__version__ = "0.1.0"
