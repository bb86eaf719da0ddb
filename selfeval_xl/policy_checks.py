"""What a policy file must keep to beyond its types: no hole between grades, weights that sum up, rules that are complete.

Each fault is refused with the file, the key, what stands there and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from .errors import SpecError
from .policy_text import said

if TYPE_CHECKING:
    from .policies import Band, Bracket, Policy, Rule

_SAME = 1e-9
_MOST_PLACES = 6
_MOST_RATIO = 10  # a greater one was meant as a percentage


def check(policy: Policy, where: str) -> None:
    """Raise SpecError for the first fault of a policy, named as in the file `where`."""
    for key, fault in _faults(policy):
        raise SpecError(f"{where}：{key}：{fault}")


def _faults(policy: Policy) -> Iterator[tuple[str, str]]:
    if policy.first_year > policy.last_year:
        yield "first_year", f"现为 {policy.first_year}，不能晚于 last_year（{policy.last_year}）。"
    yield from _weights(policy)
    yield from _numbers(policy)
    yield from _levels(policy)
    yield from _bands(policy)
    yield from _over(policy)
    yield from _rules(policy)


def _weights(policy: Policy) -> Iterator[tuple[str, str]]:
    allowed = said("components")
    for name in policy.weights:
        if name not in allowed:
            yield "weights", f"没有“{name}”这个得分构成，可用的是 {_named(allowed)}。"
    values = [param.value for param in policy.weights.values() if param.value is not None]
    whole = policy.total_weight.value
    if values and whole is not None and abs(sum(values) - whole) > _SAME:
        yield "weights", f"各项分值合计 {sum(values):g}，应等于 total_weight 的 {whole:g}。"
    items = said("items")
    for item in policy.execution_items.value or ():
        if item not in items:
            yield "execution_items.value", f"没有“{item}”这个代码，可用的是 {_named(items)}。"
    for name in ("execution_numerator", "execution_denominator"):
        if not getattr(policy, name).value:
            yield f"{name}.value", f"至少要有一项，可用的是 {_named(said('amounts'))}。"


def _numbers(policy: Policy) -> Iterator[tuple[str, str]]:
    for name in ("rate_places", "score_places"):
        value = getattr(policy, name).value
        if value is None or not 0 <= value <= _MOST_PLACES:
            yield f"{name}.value", f"现为 {value}，应为 0 到 {_MOST_PLACES} 的整数。"
    for name in ("execution_cap", "explain_execution_below"):
        value = getattr(policy, name).value
        if value is not None and not 0 < value <= 1:
            yield f"{name}.value", f"现为 {value:g}，应为大于 0、不超过 1 的比率，如 90% 写 0.9。"
    for name in ("explain_above", "editable_above"):
        value = getattr(policy, name).value
        if value is not None and not 1 < value < _MOST_RATIO:
            yield f"{name}.value", f"现为 {value:g}，应为大于 1 的比率，如 130% 写 1.3。"
    tolerance = policy.score_tolerance.value
    if tolerance is not None and not 0 <= tolerance < 1:
        yield "score_tolerance.value", f"现为 {tolerance:g}，应为 0 以上、不到 1 分。"
    yield from _total_caps(policy)


def _total_caps(policy: Policy) -> Iterator[tuple[str, str]]:
    caps = policy.total_caps.value or ()
    for cap in caps:
        if not 0 < cap.execution_below <= 1:
            yield (
                "total_caps.value",
                f"execution_below 现为 {cap.execution_below:g}，应为大于 0、不超过 1 的比率，如 80% 写 0.8。",
            )
    ordered = sorted(caps, key=lambda cap: cap.execution_below)
    for lower, upper in pairwise(ordered):
        if lower.execution_below == upper.execution_below or lower.at_most > upper.at_most:
            yield "total_caps.value", f"执行率低于 {lower.execution_below:.0%} 的限分应低于 {upper.execution_below:.0%} 的限分。"


def _levels(policy: Policy) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for level in policy.levels.value or ():
        if not 0 <= level.low <= level.high <= 1:
            yield "levels.value", f"“{level.name}”为 {level.low:g} 到 {level.high:g}，应为 0 到 1 之间由低到高的两个比率。"
        for word in level.words:
            if word in seen:
                yield "levels.value", f"“{word}”在两个档次中都有，只能属于一个档次。"
            seen.add(word)


def _bands(policy: Policy) -> Iterator[tuple[str, str]]:
    bands = policy.bands.value or ()
    for band in bands:
        if (band.at_least is None) == (band.above is None):
            yield "bands.value", f"“{band.grade}”须写 at_least（含本数）或 above（不含本数）中的一个。"
        if band.at_most is not None and band.below is not None:
            yield "bands.value", f"“{band.grade}”的 at_most（含本数）和 below（不含本数）只能写一个。"
    for grade in _twice([band.grade for band in bands]):
        yield "bands.value", f"等级“{grade}”写了两次。"
    step = 10.0 ** -(policy.score_places.value or 0) if policy.grade_after_rounding.value else 0.0
    ordered = sorted(bands, key=lambda band: (band.start, band.above is not None))
    for lower, upper in pairwise(ordered):
        yield from _joint(lower, upper, step)
    if not ordered:
        return
    if ordered[0].start > 0 or ordered[0].above is not None:
        yield "bands.value", f"{_start(ordered[0])}以下没有等级，最低的“{ordered[0].grade}”应从 0 分（含）起。"
    top, whole = ordered[-1], policy.total_weight.value or 0.0
    if (top.at_most is not None and top.at_most < whole) or (top.below is not None and top.below <= whole):
        yield "bands.value", f"最高的“{top.grade}”应包括总分 {whole:g} 分，它的上限可以不写。"


def _joint(lower: Band, upper: Band, step: float) -> Iterator[tuple[str, str]]:
    """Faults between two neighbouring grades: a score that has neither, or both; `step` is the smallest rounded one."""
    if (lower.start, lower.above is None) == (upper.start, upper.above is None):
        yield "bands.value", f"“{lower.grade}”和“{upper.grade}”从同一分数起。"
        return
    end = lower.at_most if lower.at_most is not None else lower.below
    if end is None:
        return
    both = lower.at_most is not None and upper.at_least is not None
    neither = lower.below is not None and upper.above is not None
    gap = upper.start - end
    if gap < -_SAME or (abs(gap) <= _SAME and both):
        yield "bands.value", f"“{lower.grade}”和“{upper.grade}”重叠：{upper.start:g} 分有两个等级。"
    elif abs(gap) <= _SAME and neither:
        yield "bands.value", f"恰好 {end:g} 分没有等级：“{upper.grade}”不含 {end:g}，“{lower.grade}”也不含。"
    elif gap > _SAME and not (both and gap <= step + _SAME):
        between = f"{(end + upper.start) / 2:g}"
        ends = f"“{lower.grade}”到 {end:g} 分、“{upper.grade}”从 {upper.start:g} 分起"
        yield "bands.value", f"{ends}，中间的分数（如 {between}）没有等级。"


def _start(band: Band) -> str:
    return f"{band.start:g} 分" + ("及" if band.above is not None else "")


def _over(policy: Policy) -> Iterator[tuple[str, str]]:
    for over in policy.over_target.value or ():
        if not 1 < over.at_least < _MOST_RATIO:
            yield "over_target.value", f"at_least 现为 {over.at_least:g}，应为大于 1 的比率，如超出 30% 写 1.3。"
        if (over.points > 0) == (over.share > 0):
            yield "over_target.value", "须写 points（扣几分）或 share（扣分值的几成）中的一个，且大于 0。"
        if over.share > 1:
            yield "over_target.value", f"share 现为 {over.share:g}，应为不超过 1 的比率，如 10% 写 0.1。"


def _rules(policy: Policy) -> Iterator[tuple[str, str]]:
    for name in _twice([name for rule in policy.rules for name in rule.names]):
        yield "rules", f"“{name}”写了两次，一个指标只能有一种算法。"
    for at, rule in enumerate(policy.rules, 1):
        for fault in _rule(rule):
            yield f"rules[{at}]", fault


def _rule(rule: Rule) -> Iterator[str]:
    if not rule.names:
        yield "names 是空的，应写三级指标的名称。"
    if rule.of is not None and rule.of <= 0:
        yield f"of 现为 {rule.of:g}，应为大于 0 的分值。"
    if rule.kind == "step" and (rule.every <= 0 or rule.deduct <= 0):
        yield "kind 为 step 的，every（每超过多少）和 deduct（扣几分）都要大于 0。"
    if rule.kind == "proportional" and rule.base is not None and rule.base <= 0:
        yield f"base 现为 {rule.base:g}，按比例计分的应大于 0。"
    if rule.kind == "bracket":
        yield from _brackets(rule.brackets, rule.of)
    elif rule.brackets:
        yield f"kind 为 {rule.kind} 的没有 brackets。"


def _brackets(brackets: Sequence[Bracket], of: float | None) -> Iterator[str]:
    if of is None:
        yield "kind 为 bracket 的，要写 of（各档的分数是按几分定的）。"
    bounds = [(entry.at_most if entry.at_most is not None else entry.below, entry.at_most is not None) for entry in brackets]
    if not brackets or bounds[-1][0] is not None:
        yield "brackets 的最后一档不写上限，否则更大的数没有分数。"
    inner = [(value, included) for value, included in bounds[:-1]]
    if any(value is None for value, _ in inner) or inner != sorted(set(inner), key=lambda bound: (bound[0] or 0.0, bound[1])):
        yield "brackets 应从小到大，每档写 at_most（含）或 below（不含）中的一个，各不相同。"
    for entry in brackets:
        if entry.at_most is not None and entry.below is not None:
            yield "brackets 每档的 at_most（含）和 below（不含）只能写一个。"
        if entry.points < 0 or (of is not None and entry.points > of):
            yield f"brackets 中的 {entry.points:g} 分，应在 0 到 of 之间。"


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def _named(words: Iterable[str]) -> str:
    return "、".join(words)
