from .api import Answer


def answer(store, asked):
    return Answer(404, b"")
