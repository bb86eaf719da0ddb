"""A policy as a person reads it aloud: one sentence for each rule, with its source or 未核实.

The words are in data/policy_words.toml; here they are only put together.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .words import years

if TYPE_CHECKING:
    from .policies import Band, Bracket, Level, Over, Policy, Rule, TotalCap


@dataclass(frozen=True)
class Told:
    """One rule of a policy: its name, what it says in a sentence, where that comes from, whether that was checked."""

    name: str
    text: str
    basis: str
    verified: bool


@cache
def said(section: str) -> Mapping[str, Any]:
    """One section of policy_words.toml."""
    text = files("selfeval_xl").joinpath("data/policy_words.toml").read_text(encoding="utf-8")
    table: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    return table[section]


def told(policy: Policy) -> tuple[Told, ...]:
    """Every rule of a policy in the order of its file: weights first, rules for single indicators last."""
    return tuple(_told(policy))


def scope(policy: Policy) -> str:
    """文号, and where the policy is chosen of itself."""
    lines = said("lines")
    chosen = lines["automatic"] if policy.automatic else lines["by_name"]
    if policy.automatic and policy.regions:
        chosen += lines["regions"].format(regions="”或“".join(policy.regions))
    if policy.automatic and policy.tier:
        chosen += lines["tier"].format(tier=policy.tier)
    forms = lines["forms_some"].format(forms="、".join(policy.forms)) if policy.forms else lines["forms_all"]
    return str(
        lines["scope"].format(
            document=policy.document,
            region=policy.region,
            years=years(policy.first_year, policy.last_year),
            forms=forms,
            chosen=chosen,
        )
    )


def explain(policy: Policy) -> Iterator[str]:
    """The policy read aloud, a line a rule."""
    lines = said("lines")
    yield lines["heading"].format(name=policy.name, id=policy.id)
    yield scope(policy)
    rules = told(policy)
    for at, rule in enumerate(rules, 1):
        source = lines["source"].format(basis=rule.basis)
        if not rule.verified and lines["unverified"] not in rule.basis:
            source += "；" + lines["unverified"]
        yield lines["said"].format(at=at, text=rule.text.removesuffix("。"), source=source)
    yield lines["counted"].format(count=len(rules), unverified=sum(not rule.verified for rule in rules))


def _told(policy: Policy) -> Iterator[Told]:
    names, sentences, off = said("names"), said("sentences"), said("lines")["off"]
    for key, param in policy.weights.items():
        component = said("components")[key]
        text = (
            f"{component}：{off}。"
            if param.value is None
            else sentences["weights"].format(component=component, value=f"{param.value:g}")
        )
        yield Told(f"{component}{names['weights']}", text, param.basis, param.verified)
    for entry in dataclasses.fields(policy):
        if entry.name in names and entry.name not in {"weights", "rules"}:
            param = getattr(policy, entry.name)
            text = f"{names[entry.name]}：{off}。" if param.value in (None, ()) else _sentence(entry.name, param.value)
            yield Told(names[entry.name], text, param.basis, param.verified)
    for rule in policy.rules:
        yield Told(names["rules"], _rule(rule), rule.basis, rule.verified)


def _sentence(key: str, value: Any) -> str:
    choices = said("choices").get(key)
    if choices is not None:
        return str(choices[str(value).lower()])
    number = value if isinstance(value, int | float) else 0
    shown = _list(key, value) if isinstance(value, tuple) else f"{value:g}"
    percent, places = f"{number * 100:g}%", f"{max(number - 2, 0):g}"
    return str(said("sentences")[key].format(value=shown, percent=percent, percent_places=places))


def _list(key: str, values: tuple[Any, ...]) -> str:
    joined, text = _LISTS[key]
    ordered = sorted(values, key=lambda band: -band.start) if key == "bands" else values
    return joined.join(map(text, ordered))


def _cap_text(cap: TotalCap) -> str:
    return str(said("parts")["cap"].format(below=f"{cap.execution_below * 100:g}%", at_most=cap.at_most))


def _over_text(over: Over) -> str:
    pattern = said("parts")["over_points" if over.points else "over_share"]
    return str(pattern.format(at_least=f"{over.at_least * 100:g}%", points=over.points, share=f"{over.share * 100:g}%"))


def band_text(band: Band) -> str:
    """优 90 分（含）以上."""
    parts = said("parts")
    mark = parts["included"] if band.at_least is not None else parts["excluded"]
    return str(parts["band_from"].format(grade=band.grade, start=band.start, mark=mark))


def level_text(level: Level) -> str:
    """“达成” 得分值的 80%（含）至 100%（含）."""
    parts = said("parts")
    marks = [parts["included" if included else "excluded"] for included in (level.low_included, level.high_included)]
    low, high = f"{level.low * 100:g}%", f"{level.high * 100:g}%"
    pattern = parts["level_fixed" if level.low == level.high else "level"]
    return str(pattern.format(name=level.name, low=low, high=high, low_mark=marks[0], high_mark=marks[1]))


def _rule(rule: Rule) -> str:
    parts, rules = said("parts"), said("rules")
    kind = f"{rule.kind}_{rule.bad}" if rule.kind == "proportional" else rule.kind
    return str(
        rules[kind].format(
            names="、".join(rule.names),
            base=parts["target"] if rule.base is None else f"{rule.base:g}{rule.unit}",
            within=rules[f"within_{rule.bad}"],
            beyond=rules[f"beyond_{rule.bad}"],
            every=rule.every,
            steps=parts["steps_percent"] if rule.unit == "%" else f"{rule.unit} ",
            deduct=rule.deduct,
            begun=rules[f"begun_{rule.begun}"],
            brackets="，".join(_bracket(entry, rule.unit) for entry in rule.brackets),
            of="" if rule.of is None else parts["of"].format(of=rule.of),
        )
    )


def _bracket(bracket: Bracket, unit: str) -> str:
    parts = said("parts")
    if bracket.at_most is not None:
        return str(parts["bracket_at_most"].format(bound=bracket.at_most, unit=unit, points=bracket.points))
    if bracket.below is not None:
        return str(parts["bracket_below"].format(bound=bracket.below, unit=unit, points=bracket.points))
    return str(parts["bracket_rest"].format(points=bracket.points))


_LISTS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "execution_items": ("”或“", lambda item: str(said("items")[item])),
    "execution_numerator": ("，没有填的用", lambda amount: str(said("amounts")[amount])),
    "execution_denominator": ("，没有填的用", lambda amount: str(said("amounts")[amount])),
    "total_caps": ("，", _cap_text),
    "over_target": ("，", _over_text),
    "levels": ("；", level_text),
    "bands": ("，", band_text),
    "not_applicable_words": ("”“", str),
}
