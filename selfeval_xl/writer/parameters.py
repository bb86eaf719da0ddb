"""The parameters that formulas may name: the numbers of a policy that are alive in the summary."""

from __future__ import annotations

from selfeval_xl.policies import Policy

PARAMETERS = ("rate_places", "score_places")


def names(policy: Policy) -> dict[str, str]:
    """What stands for each parameter in a formula."""
    return {name: f"{getattr(policy, name).value or 0}" for name in PARAMETERS}
