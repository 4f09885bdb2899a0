from tests.paper import paper

__all__ = ["paper"]
