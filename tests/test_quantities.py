"""Targets and achieved values: what departments write, and what it says."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.utils import coordinate_to_tuple

from selfeval_xl.frames import BLANK, VALUE
from selfeval_xl.reader import intake
from selfeval_xl.reader.formats import number_format
from selfeval_xl.reader.grid import Cell, grids
from selfeval_xl.reader.quantities import Quantity, is_damaged, is_placeholder, measured, quantity, seems_damaged
from selfeval_xl.reader.values import clean, labels, shown

# One line a target: as written | unit cell | operator cell | operator value high unit ("-" is missing).
TARGETS = """
≥50个                                   |            |          | ge 50 - 个
≥100百分比                              |            |          | ge 100 - %
≥266米                                  |            |          | ge 266 - 米
≥50厘米                                 |            |          | ge 50 - 厘米
≥90%                                    |            |          | ge 90 - %
≥1000人                                 |            |          | ge 1000 - 人
≥11.376万元                             |            |          | ge 11.376 - 万元
≥200                                    |            |          | ge 200 - -
≧95                                     |            |          | ge 95 - -
⩾98%                                    |            |          | ge 98 - %
>=98                                    |            |          | ge 98 - -
＞＝98％                                |            |          | ge 98 - %
≥ 95 ％                                 |            |          | ge 95 - %
≥1人/年                                 |            |          | ge 1 - 人/年
≥95%(含)                                |            |          | ge 95 - %
(≥90%)                                  |            |          | ge 90 - %
指标1：≥90%                             |            |          | ge 90 - %
满意度≥95%                              |            |          | ge 95 - %
大于等于95                              |            |          | ge 95 - -
不少于12种                              |            |          | ge 12 - 种
不低于50%                               |            |          | ge 50 - %
不得低于90%                             |            |          | ge 90 - %
至少5个                                 |            |          | ge 5 - 个
不少于三次                              |            |          | ge 3 - 次
达到95%                                 |            |          | ge 95 - %
满意率达到百分之九十五以上              |            |          | ge 95 - %
百分之九十五以上                        |            |          | ge 95 - %
百分之九十五点五以上                    |            |          | ge 95.5 - %
90%及以上                               |            |          | ge 90 - %
5个以上                                 |            |          | ge 5 - 个
90%(含)以上                             |            |          | ge 90 - %
至少5个以上                             |            |          | ge 5 - 个
控制在90%以上                           |            |          | ge 90 - %
补贴对象生活改善度不低于 80%            |            |          | ge 80 - %
居民参与率不低于 100%                   |            |          | ge 100 - %
开展至少1次团体心理治疗                 |            |          | ge 1 - 次
至少1次矫正人员的集中活动               |            |          | ge 1 - 次
不低于50人次的个体心理咨询辅导          |            |          | ge 50 - 人次
开展不低于5次的社区法治宣传活动         |            |          | ge 5 - 次
0-6岁儿童健康管理率≥85%                 |            |          | ge 85 - %
不低于90%(2021年为85%)                  |            |          | ge 90 - %
≤90万元                                 |            |          | le 90 - 万元
≤4                                      |            |          | le 4 - -
≦5%                                     |            |          | le 5 - %
<=5300元/户                             |            |          | le 5300 - 元/户
≤10次                                   |            |          | le 10 - 次
≤3个工作日                              |            |          | le 3 - 个工作日
≤12月                                   |            |          | le 12 - 月
不超过90万元                            |            |          | le 90 - 万元
不高于5%                                |            |          | le 5 - %
至多3次                                 |            |          | le 3 - 次
30天以内                                |            |          | le 30 - 天
3个工作日内办结                         |            |          | le 3 - 个工作日
1年内完成                               |            |          | le 1 - 年
10%以下                                 |            |          | le 10 - %
控制在5%以内                            |            |          | le 5 - %
控制在90万元                            |            |          | le 90 - 万元
降至5%以下                              |            |          | le 5 - %
>6.00(次)                               |            |          | gt 6 - 次
大于10                                  |            |          | gt 10 - -
超过100人                               |            |          | gt 100 - 人
高于95%                                 |            |          | gt 95 - %
逾20多万人次                            |            |          | gt 20 - 万人次
100余人                                 |            |          | gt 100 - 人
<3%                                     |            |          | lt 3 - %
小于3%                                  |            |          | lt 3 - %
低于5起                                 |            |          | lt 5 - 起
=100%                                   |            |          | eq 100 - %
═100%                                   |            |          | eq 100 - %
=300天                                  |            |          | eq 300 - 天
=100百分比                              |            |          | eq 100 - %
=30000人次                              |            |          | eq 30000 - 人次
=100.00(%)                              |            |          | eq 100 - %
=12.00(次)                              |            |          | eq 12 - 次
=5.00(万人次)                           |            |          | eq 5 - 万人次
＝300.00（场）                          |            |          | eq 300 - 场
等于3                                   |            |          | eq 3 - -
100%                                    |            |          | - 100 - %
100.00%                                 |            |          | - 100 - %
100.00(%)                               |            |          | - 100 - %
100%(百分比)                            |            |          | - 100 - %
百分之百                                |            |          | - 100 - %
百分百                                  |            |          | - 100 - %
290%                                    |            |          | - 290 - %
4.5‰                                    |            |          | - 4.5 - ‰
43.2                                    |            |          | - 43.2 - -
0                                       |            |          | - 0 - -
1                                       |            |          | - 1 - -
0起                                     |            |          | - 0 - 起
38508人                                 |            |          | - 38508 - 人
12,000元                                |            |          | - 12000 - 元
1，000人                                |            |          | - 1000 - 人
29.5亩                                  |            |          | - 29.5 - 亩
1．5亩                                  |            |          | - 1.5 - 亩
3TB                                     |            |          | - 3 - TB
500㎡                                   |            |          | - 500 - m2
12平台                                  |            |          | - 12 - 平台
500元/人*月                             |            |          | - 500 - 元/人*月
300元/(人·月)                           |            |          | - 300 - 元/(人·月)
5300元/户                               |            |          | - 5300 - 元/户
4人次/年                                |            |          | - 4 - 人次/年
600 万美元                              |            |          | - 600 - 万美元
3 亿元                                  |            |          | - 3 - 亿元
111.92亿元                              |            |          | - 111.92 - 亿元
5万                                     |            |          | - 5 - 万
1年                                     |            |          | - 1 - 年
12个月                                  |            |          | - 12 - 个月
约10栋                                  |            |          | - 10 - 栋
10栋左右                                |            |          | - 10 - 栋
14 个(计划投资 66.31 亿元)              |            |          | - 14 - 个
满意率100%                              |            |          | - 100 - %
可控性100%                              |            |          | - 100 - %
100%覆盖                                |            |          | - 100 - %
10个村                                  |            |          | - 10 - 个
2021年完成5次                           |            |          | - 5 - 次
-30%                                    |            |          | - -30 - %
同比增长14.7%                           |            |          | - 14.7 - %
同比增长 0.2%                           |            |          | - 0.2 - %
同比下降8.5%                            |            |          | - -8.5 - %
同比-8.5%                               |            |          | - -8.5 - %
同比下降5%以上                          |            |          | le -5 - %
能耗下降不低于3%                        |            |          | le -3 - %
下降不超过5%                            |            |          | ge -5 - %
900-1000件                              |            |          | range 900 1000 件
3-4个                                   |            |          | range 3 4 个
80%-90%                                 |            |          | range 80 90 %
80-90%                                  |            |          | range 80 90 %
5~10人                                  |            |          | range 5 10 人
5～10人                                 |            |          | range 5 10 人
10至20                                  |            |          | range 10 20 -
3到5天                                  |            |          | range 3 5 天
5万-10万元                              |            |          | range 5 10 万元
控制在3-5天                             |            |          | range 3 5 天
10%—15%之间                             |            |          | range 10 15 %
同比下降5%-8%                           |            |          | range -8 -5 %
2021年12月底前                          |            |          | by_date - - -
2021年12月完成                          |            |          | by_date - - -
2021年6月30日前完成项目验收             |            |          | by_date - - -
不迟于2021年6月底                       |            |          | by_date - - -
≤2021年12月31日                         |            |          | by_date - - -
9月前                                   |            |          | by_date - - -
7月                                     |            |          | by_date - - -
12月底之前                              |            |          | by_date - - -
12月31日                                |            |          | by_date - - -
1-12月                                  |            |          | by_date - - -
2021年1月至12月                         |            |          | by_date - - -
2021-12-31                              |            |          | by_date - - -
2021.12.31                              |            |          | by_date - - -
2021.1-2021.12                          |            |          | by_date - - -
2021/12/31                              |            |          | by_date - - -
2021-12                                 |            |          | by_date - - -
第四季度前                              |            |          | by_date - - -
年底前完成                              |            |          | by_date - - -
每月15日前                              |            |          | by_date - - -
2020年                                  |            |          | by_date 2020 - -
2021年度                                |            |          | by_date 2021 - -
效果明显                                |            |          | text - - -
有所提升                                |            |          | text - - -
严格执行相关制度规定                    |            |          | text - - -
在项目计划完成时间内完成                |            |          | text - - -
不超过预算                              |            |          | text - - -
达标                                    |            |          | text - - -
及时率                                  |            |          | text - - -
全天候可用                              |            |          | text - - -
全年                                    |            |          | text - - -
3A级                                    |            |          | text - - -
65周岁以上老年人                        |            |          | text - - -
≥4星级                                  |            |          | text - - -
第3次                                   |            |          | text - - -
7*24小时                                |            |          | text - - -
1:1                                     |            |          | text - - -
1/3                                     |            |          | text - - -
14户39人                                |            |          | text - - -
慰问人数不少于 100人,宣传用品不少于 20000份 |        |          | text - - -
每月1次                                 |            |          | text - - -
超过目标5个                             |            |          | text - - -
不低于5人以下                           |            |          | text - - -
M.8万元                                 |            |          | text - - -
二100百分比                             |            |          | text - - -
%=99百分比                              |            |          | text - - -
>=9…                                    |            |          | text - - -
≧                                       |            |          | text - - -
（≥**人）                               |            |          | text - - -
735                                     | 人次       | ≧        | ge 735 - 人次
100                                     | %          | ═        | eq 100 - %
98                                      | %(百分比)  | >=       | ge 98 - %
100                                     | 百分比     | =        | eq 100 - %
95%                                     | %          | ≥        | ge 95 - %
≥95%                                    | %          |          | ge 95 - %
≥95%                                    | %          | ≥        | ge 95 - %
95                                      | %          | 定量     | - 95 - %
95                                      | %          | 正向指标 | ge 95 - %
5                                       | 次         | 反向指标 | le 5 - 次
12                                      | 月         | ≤        | le 12 - 月
12月                                    |            | ≤        | le 12 - 月
2021年12月                              |            | ≤        | by_date - - -
20万                                    | 人次       | ≥        | ge 20 - 万人次
5万                                     | 万元       | ≤        | le 5 - 万元
28.8万元                                | %          | ≤        | le 28.8 - 万元
3-4                                     | 个         |          | range 3 4 个
好坏                                    |            | 定性     | text - - -
100                                     | %          | 定性     | text - - %
有效                                    | 无         | ≥        | text - - -
6                                       | -          | -        | - 6 - -
>=75                                    | %(百分比)     | >=       | ge 75 - %
≤5%                                     |            |          | le 5 - %
=1.00(次)                                |            |          | eq 1 - 次
不少于6种                                   |            |          | ge 6 - 种
90%                                     |            |          | - 90 - %
2370人                                   |            |          | - 2370 - 人
116次                                    |            |          | - 116 - 次
6次                                      |            |          | - 6 - 次
12次                                     |            |          | - 12 - 次
221人                                    |            |          | - 221 - 人
2089人                                   |            |          | - 2089 - 人
214人                                    |            |          | - 214 - 人
15万元                                    |            |          | - 15 - 万元
35万元                                    |            |          | - 35 - 万元
20万元                                    |            |          | - 20 - 万元
1000万元                                  |            |          | - 1000 - 万元
5亿元                                     |            |          | - 5 - 亿元
100万                                    |            |          | - 100 - 万
11月前                                    |            |          | by_date - - -
改善学校的办学条件                               |            |          | text - - -
显著提升                                    |            |          | text - - -
服务范围扩大                                  |            |          | text - - -
改善条件                                    |            |          | text - - -
稳步提高                                    |            |          | text - - -
提升                                      |            |          | text - - -
增加岗位                                    |            |          | text - - -
高                                       |            |          | text - - -
良好                                      |            |          | text - - -
长远                                      |            |          | text - - -
合规                                      |            |          | text - - -
完善率                                     |            |          | text - - -
满意度                                     |            |          | text - - -
符合相关规定                                  |            |          | text - - -
目标明确、内容细化、目标量化                          |            |          | text - - -
按照学校管理标准对学校进行管理                         |            |          | text - - -
实际工作需求                                  |            |          | text - - -
有资金测算标准                                 |            |          | text - - -
财务制度健全,严格执行制度,会计核算规范                    |            |          | text - - -
持续有效                                    |            |          | text - - -
≥360天                                   |            |          | ge 360 - 天
≥100%                                   |            |          | ge 100 - %
≤5天                                     |            |          | le 5 - 天
>=4754人                                 |            |          | ge 4754 - 人
<=5300                                  |            |          | le 5300 - -
医疗收入达到5亿元                               |            |          | ge 5 - 亿元
5000吨稻谷、500吨成品粮储备到位率                    |            |          | text - - -
开展活动300场                                |            |          | - 300 - 场
全天候                                     |            |          | text - - -
优秀                                      |            |          | text - - -
很满意                                     |            |          | text - - -
95%（含）以上                                |            |          | ge 95 - %
95%（含）                                  |            |          | - 95 - %
不低于上年                                   |            |          | text - - -
与上年持平                                   |            |          | text - - -
100％                                    |            |          | - 100 - %
2022年12月31日前完成                          |            |          | by_date - - -
五年                                      |            |          | - 5 - 年
第三季度                                    |            |          | by_date - - -
2022年全年                                 |            |          | by_date 2022 - -
20231231                                |            |          | by_date - - -
22年12月底前                                |            |          | by_date - - -
民国110年12月底前                             |            |          | by_date - - -
110年12月31日                              |            |          | by_date - - -
每季度1次                                   |            |          | text - - -
每季度不少于1次                                |            |          | text - - -
每月≥1次                                   |            |          | text - - -
每年不少于4次                                 |            |          | ge 4 - 次
全年≥4次                                   |            |          | ge 4 - 次
1次/年                                    |            |          | - 1 - 次/年
≥1次/月                                   |            |          | ge 1 - 次/月
20万元/公里                                 |            |          | - 20 - 万元/公里
1500元/人/年                               |            |          | - 1500 - 元/人/年
≥1.5万人次                                 |            |          | ge 1.5 - 万人次
约300户                                   |            |          | - 300 - 户
300余户                                   |            |          | gt 300 - 户
近100人                                   |            |          | - 100 - 人
5000+                                   |            |          | ge 5000 - -
100%+                                   |            |          | ge 100 - %
达到85%以上                                 |            |          | ge 85 - %
＞90%                                    |            |          | gt 90 - %
≥90分                                    |            |          | ge 90 - 分
85.5分                                   |            |          | - 85.5 - 分
9.5成                                    |            |          | text - - -
九成以上                                    |            |          | text - - -
0次                                      |            |          | - 0 - 次
零事故                                     |            |          | text - - -
无                                       |            |          | text - - -
有                                       |            |          | text - - -
是                                       |            |          | text - - -
全覆盖                                     |            |          | text - - -
同比提高2个百分点                               |            |          | - 2 - %
增长≥5%                                   |            |          | ge 5 - %
↑5%                                     |            |          | - 5 - %
↓5%                                     |            |          | - -5 - %
≥２０００人                                  |            |          | ge 2000 - 人
1,200人                                  |            |          | - 1200 - 人
1 200人                                  |            |          | - 1200 - 人
12,3456.78                              |            |          | text - - -
￥3000元                                  |            |          | - 3000 - 元
约12万元                                   |            |          | - 12 - 万元
按时完成                                    |            |          | text - - -
及时                                      |            |          | text - - -
优良率≥85%                                 |            |          | ge 85 - %
≥80%且≤100%                              |            |          | range 80 100 %
≥90%，≤100%                              |            |          | range 90 100 %
≤100%且≥80%                              |            |          | range 80 100 %
优良率≥80%且≤100%                           |            |          | range 80 100 %
90%≤X≤100%                              |            |          | range 90 100 %
10<x<20                                 |            |          | text - - -
50±5                                    |            |          | text - - -
3班次                                     |            |          | - 3 - 班次
II级                                     |            |          | text - - -
三级甲等                                    |            |          | text - - -
前3名                                     |            |          | text - - -
排名前10                                   |            |          | text - - -
目前3个                                    |            |          | - 3 - 个
≥≥95                                    |            |          | ge 95 - -
≥95%%                                   |            |          | ge 95 - %
1E+05                                   |            |          | - 100000 - -
1.2.3                                   |            |          | text - - -
之95%                                    |            |          | text - - -
?95%                                    |            |          | text - - -
≥9O%                                    |            |          | text - - -
l00%                                    |            |          | text - - -
95%≥                                    |            |          | text - - -
"""
# One line an achieved value: as written | value unit ("-" is missing).
ACHIEVED = """
50                          | 50 -
100%                        | 100 %
37442人                     | 37442 人
290%                        | 290 %
=100%                       | 100 %
达到95%                     | 95 %
控制在5%                    | 5 %
已完成50个                  | 50 个
约2.7公里                   | 2.7 公里
14 个(计划投资 66.31 亿元)  | 14 个
16.97 亿元                  | 16.97 亿元
同比增长 19.6%              | 19.6 %
同比下降 8.5%               | -8.5 %
2020年                      | 2020 -
达成预期指标                | - -
≥90%                        | - -
达到90%以上                 | - -
百分之九十五以上            | - -
900-1000件                  | - -
逾20多万人次                | - -
14户39人                    | - -
超额5个                     | - -
还差3个                     | - -
不超过预算                  | - -
7月                         | - -
2021年12月完成              | - -
好坏                        | - -
——                          | - -
1.46%                       | 1.46 %
97.30%                      | 97.3 %
9 家                         | 9 家
26.81 亿元                    | 26.81 亿元
≥266米                       | - -
≥50厘米                       | - -
≥1000人                      | - -
全天候                         | - -
无                           | - -
符合相关文件要求                    | - -
约300户                       | 300 户
300余户                       | - -
零事故                         | - -
≥80%且≤100%                  | - -
1E+05                       | 100000 -
1.2.3                       | - -
－5                          | -5 -
−5                          | -5 -
"""


def cell(text: str) -> Cell:
    """A text cell; blank where there is no text."""
    return Cell(text, VALUE) if text else Cell(None, BLANK)


def lines(table: str) -> list[list[str]]:
    """The columns of a table drawn with |."""
    return [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]


def words(found: Quantity, *names: str) -> str:
    """What was read, as the tables above say it."""
    parts = [getattr(found, name) for name in names]
    return " ".join("-" if part is None else f"{part:g}" if isinstance(part, float) else part for part in parts)


@pytest.mark.parametrize(("text", "unit", "operator", "expected"), lines(TARGETS))
def test_a_target_says_its_operator_value_and_unit(text: str, unit: str, operator: str, expected: str) -> None:
    """Each target is read as a person would read it; what cannot be measured stays a text."""
    found = quantity(cell(text), cell(operator), cell(unit))
    assert words(found, "operator", "value", "high", "unit") == expected
    assert found.text == text


@pytest.mark.parametrize(("text", "expected"), lines(ACHIEVED))
def test_an_achieved_value_is_a_measurement_or_nothing(text: str, expected: str) -> None:
    """Bounds, ranges, dates and words are no measurement; what was reached is."""
    assert words(measured(cell(text)), "value", "unit") == expected


NUMBERS: list[tuple[Any, str, str, float, str | None]] = [
    (0.95, "0%", "95%", 95, "%"),
    (1, "0%", "100%", 100, "%"),
    (1, "0.00%", "100.00%", 100, "%"),
    (0.0900000762939453, "0%", "9%", 9, "%"),
    (0.0900000762939453, "0.00%", "9.00%", 9, "%"),
    (0.0900000762939453, "0.0#%", "9%", 9, "%"),
    (-0.300000152587891, "0%", "-30%", -30, "%"),
    (0.973, "0.00%", "97.30%", 97.3, "%"),
    (0.973, "0%", "97%", 97.3, "%"),
    (0.1225, "0.0%", "12.3%", 12.25, "%"),
    (1 / 3, "0.00%", "33.33%", 33.3333333333333, "%"),
    (0.0900000762939453, "General", "0.09", 0.0900000762939453, None),
    (0.1 + 0.2, "General", "0.3", 0.1 + 0.2, None),
    (1, "General", "1", 1, None),
    (735.0, "General", "735", 735, None),
    (12345678.91, "General", "12345678.91", 12345678.91, None),
    (12.5, "0.00", "12.50", 12.5, None),
    (1234.5, "#,##0.00", "1,234.50", 1234.5, None),
    (2.5, "0", "3", 2.5, None),
    (-2.5, "0", "-3", -2.5, None),
    (-12.5, "[$¥-804]#,##0.00", "-¥12.50", -12.5, None),
    (12.5, '0.0"公里"', "12.5公里", 12.5, "公里"),
    (95.5, '0"%"', "96%", 95.5, "%"),
]


@pytest.mark.parametrize(("value", "code", "text", "expected", "unit"), NUMBERS)
def test_a_number_cell_is_read_as_shown(*, value: Any, code: str, text: str, expected: float, unit: str | None) -> None:
    """0.95 shown as a percentage is 95 points; 1 is never taken for 100%; the format rounds the text, never the value."""
    number = Cell(value, VALUE, number_format(code))
    found = quantity(number)
    assert (found.text, found.value, found.unit, found.operator) == (text, expected, unit, None)
    assert measured(number) == found


def test_a_bound_that_the_format_prints_counts() -> None:
    """0.95 in the format "≥"0% is seen as ≥95%, and read so."""
    assert quantity(Cell(0.95, VALUE, number_format('"≥"0%'))) == Quantity("≥95%", "ge", 95, unit="%")
    assert measured(Cell(0.95, VALUE, number_format('"≥"0%'))).value is None


@pytest.mark.parametrize("value", [date(2021, 12, 31), datetime(2021, 12, 31)])  # noqa: DTZ001 (cells know no time zones)
def test_a_date_cell_asks_for_a_date(value: date) -> None:
    """A real date is a deadline, shown as a date, whatever the operator cell says; achieved, it is no number."""
    assert quantity(Cell(value, VALUE), cell("≤")) == Quantity("2021-12-31", "by_date")
    assert measured(Cell(value, VALUE)).value is None


def test_blank_and_dash_say_nothing_but_their_neighbours_do() -> None:
    """Without a target there is no value; operator and unit stand as printed."""
    assert quantity(Cell(None, BLANK), cell("≥"), cell("%(百分比)")) == Quantity(None, "ge", unit="%")
    assert quantity(cell("——")) == quantity(Cell(None, BLANK)) == measured(cell("/")) == Quantity(None)


PROMPTS = ["指标1：", "指标2:", "（指标3）", "……", "及时率", "完善率", "好坏", "(≥**人)", "≥XX%", "优良中低差", "≥", "××个"]


@pytest.mark.parametrize("text", PROMPTS)
def test_a_prompt_of_the_form_is_no_target(text: str) -> None:
    """What stood in the blank form already is told from what a department wrote."""
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["≥95%", "有效", "达标", "良好", "100", "稳步提高", "7×24小时", "满意度≥95%", "指标1：培训人数"])
def test_a_real_target_is_no_prompt(text: str) -> None:
    """A word that says something is a target, however short."""
    assert not is_placeholder(text)


@pytest.mark.parametrize("text", ["二100百分比", "%=99", "之95%", "?95%", "M.8万元", "l00%", "≥9O%", ">=9…", "≥95.5.5%"])
def test_a_misread_sign_is_told_from_a_number(text: str) -> None:
    """What a scanner or a code page made of ≥ or of a digit leaves no number that could be trusted."""
    assert is_damaged(text)
    assert said(text) == ("text", None, None, None)


@pytest.mark.parametrize(
    "text", ["二0二一年完成", "三级", "三5星", "V.2版上线", "项目1、项目2……", "2021.12.31前", "290%", "PM2.5达标", "之前"]
)
def test_a_word_before_a_number_is_no_misread_sign(text: str) -> None:
    """A year in Chinese, a version, an enumeration that goes on."""
    assert is_damaged(text) is (text == "三5星")  # cannot be told from ≥5


DOUBTFUL = [("满意度", "290%", True), ("合格率", "2100%", True), ("增长率", "290%", False), ("合格率", "230%", False),
            ("合格率", "95%", False), ("产量", "290%", False)]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "doubtful"), DOUBTFUL)
def test_a_rate_far_above_a_hundred_may_be_a_bound(name: str, text: str, doubtful: bool) -> None:  # noqa: FBT001 (an example)
    """290% of a rate that cannot pass 100% may be ≥90% misread; a growth rate may be anything."""
    assert seems_damaged(name, text) is doubtful


def test_an_indicator_may_be_named_what_no_target_may_say() -> None:
    """满意度 is a name; a name with ** or nothing after 指标1 is a prompt."""
    assert not is_placeholder("满意度", name=True)
    assert not is_placeholder("5000吨稻谷储备到位率", name=True)
    assert all(is_placeholder(text, name=True) for text in ("培训人数（≥**人）", "指标1：", "……"))


# -- properties ----------------------------------------------------------------------------------------------------

PREFIXES = [
    (word, code)
    for section in ("operators", "reached")
    for code, every in labels()[section].items()
    for word in every
    if code != "text" and "向" not in word
]
SUFFIXES = [(word, code) for code in ("ge", "le") for word in labels()["bounds"][code]]
COMPOUND = ["万元", "亿元", "万美元", "万人次", "元/人*月", "元/户", "人次/年", "元/平方米·月"]
UNITS = ["", "天", "个月", *labels()["counted"]["words"], *COMPOUND]
AMOUNTS = st.decimals(0, 1899, places=2, allow_nan=False) | st.integers(0, 1899).map(Decimal)
FORMATS = st.sampled_from(["{}", "{:,}", "{:.2f}", "{:,.2f}"])
WIDE = str.maketrans({chr(at): chr(at + 0xFEE0) for at in range(0x21, 0x7F)})


def said(text: str) -> tuple[str | None, float | None, float | None, str | None]:
    """What a one-cell target says."""
    found = quantity(cell(text))
    return found.operator, found.value, found.high, found.unit


def unit_of(printed: str) -> str | None:
    """A unit as it is read."""
    return "%" if printed in labels()["units"]["%"] else printed.replace("㎡", "m2") or None


@given(st.sampled_from(PREFIXES), AMOUNTS, FORMATS, st.sampled_from(UNITS))
def test_every_bound_before_a_number_is_read_back(bound: tuple[str, str], value: Decimal, form: str, unit: str) -> None:
    """不少于, ≥ and all their kin, with every way to print a number, in every unit."""
    assert said(f"{bound[0]}{form.format(value)}{unit}") == (bound[1], float(value), None, unit_of(unit))


@given(st.sampled_from(SUFFIXES), AMOUNTS, FORMATS, st.sampled_from(UNITS))
def test_every_bound_after_a_number_is_read_back(bound: tuple[str, str], value: Decimal, form: str, unit: str) -> None:
    """以上, 以内 and all their kin."""
    assert said(f"{form.format(value)}{unit}{bound[0]}") == (bound[1], float(value), None, unit_of(unit))


@given(AMOUNTS, AMOUNTS, st.sampled_from("-~至到—～"), st.sampled_from(UNITS), st.booleans())
def test_a_range_is_read_back(one: Decimal, other: Decimal, to: str, unit: str, both: bool) -> None:  # noqa: FBT001 (drawn)
    """Whether the unit is printed once or twice, the lower end first."""
    low, high = sorted((one, other))
    expected = ("range", float(low), float(high), unit_of(unit))
    assert low == high or said(f"{low}{unit if both else ''}{to}{high}{unit}") == expected


@given(AMOUNTS, FORMATS, st.sampled_from(UNITS))
def test_a_plain_number_is_read_back(value: Decimal, form: str, unit: str) -> None:
    """Without a bound there is no operator, achieved or not."""
    text = form.format(value) + unit
    assert said(text) == (None, float(value), None, unit_of(unit))
    assert measured(cell(text)).value == float(value)


@given(st.sampled_from([row[0] for row in lines(TARGETS)]), st.data())
def test_width_and_blanks_change_nothing(text: str, data: st.DataObject) -> None:
    """Full width, half width and blanks between any two characters say the same."""
    blanks = data.draw(st.lists(st.sampled_from(["", " ", "　", "\u00a0"]), min_size=len(text), max_size=len(text)))
    spaced = "".join(sign + blank for sign, blank in zip(text.replace(" ", ""), blanks, strict=False))
    assert said(spaced) == said(text.translate(WIDE)) == said(text)


LIKELY = st.text("0123456789.,%-~≥≤<>=至年月日底前以上内万元个(百分之九十)（）+/*不超过低于下降", max_size=24)


@given(st.text() | LIKELY, st.text(max_size=3))
@example("9" * 400, "")
@example("百分之", "百")
def test_no_text_whatever_raises(text: str, other: str) -> None:
    """Whatever was typed, it is read or left a text; what is read is finite."""
    for found in (quantity(cell(text), cell(other), cell(other)), measured(cell(text))):
        assert found.value is None or math.isfinite(found.value)
    assert is_placeholder(text) in {True, False}


@given(st.decimals(-10_000_000, 10_000_000, places=6))
def test_what_a_person_can_type_is_never_cleaned(value: Decimal) -> None:
    """Only a tail that nobody types is taken for noise."""
    assert clean(value) == value


def test_two_values_stacked_in_one_cell_are_not_one_number() -> None:
    """100 over 95 is not 10095."""
    assert said("100\n95") == said("100%\n 95%") == ("text", None, None, None)


# -- real documents ------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_every_indicator_of_the_public_documents(shared: Path) -> None:
    """Every printed target and achieved value is read as the person who transcribed it reads it."""
    wrong, seen = [], 0
    for path in sorted(shared.glob("cases/*.expected.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        sheets = {grid.name: grid for grid in grids(intake.admit(path.with_name(case["file"]).read_bytes()))}
        for want in case["indicators"]:
            at = {name: coordinate_to_tuple(address) for name, address in want["cells"].items()}
            grid = sheets[want["sheet"]]
            cells = {name: grid.cell(row - 1, column - 1) for name, (row, column) in at.items()}
            target = quantity(cells["target"], cells.get("op"), cells.get("unit"))
            achieved = measured(cells.get("actual", Cell(None, BLANK)))
            got = {"achieved_value": achieved.value, "achieved_unit": achieved.unit}
            if not want.get("ambiguous"):
                got |= {"operator": target.operator, "target_value": target.value, "unit": target.unit}
            expected = {name: number(want[name]) if name.endswith("value") else want[name] for name in got}
            seen += 1
            if got != expected or bool(shown(cells["target"])) != bool(want["target_text"]):
                wrong.append((path.name, want["cell"], got, expected))
    assert not wrong
    assert seen > 90


def number(text: str | None) -> float | None:
    """An expected number; a year and month is none."""
    try:
        return float(text or "")
    except ValueError:
        return None
