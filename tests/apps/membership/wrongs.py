"""What may go wrong in sessions with two tabs, counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wrongs:
    """What went wrong in some sessions."""

    double_charges: int = 0
    second_trials: int = 0
    surprises: int = 0
    told: tuple[str, ...] = ()

    def __add__(self, other: Wrongs) -> Wrongs:
        return Wrongs(
            self.double_charges + other.double_charges, self.second_trials + other.second_trials,
            self.surprises + other.surprises, self.told + other.told,
        )  # fmt: skip
