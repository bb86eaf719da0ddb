"""The draft of a report: every figure comes from the workbook, what is missing is said, and no text breaks the file."""

from __future__ import annotations

import builtins
import dataclasses
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from forms import draw
from frames_from import submission, submissions
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from test_cli import call

import selfeval_xl as sx

docx = pytest.importorskip("docx", reason="needs the extra word (python-docx)")

SAMPLE = "samples/新丰县工业和信息化局_2021.xlsx"
PRINTED = {  # the figures of two chapters of the report that the project began with, as they are printed there
    "一（四）1": ["收入预算769.21万元，比上年增加13.19万元，增加1.74%", "支出预算769.21万元，比上年增加13.19万元，增加1.74%"],
    "一（四）2（1）": [
        "2021年度总收入2293.34万元，其中本年收入2293.34万元",
        "财政拨款收入2293.34万元，比上年决算数减少3272.35万元，减少58.80%",
    ],
    "一（四）2（2）": [
        "2021年度总支出2293.34万元，其中本年支出2293.34万元",
        "基本支出562.25万元，比上年决算数减少4.92万元，减少0.87%",
        "项目支出1731.09万元，比上年决算数减少3258.43万元，减少65.31%",
    ],
    "二（一）": [
        "2021年度财政拨款支出合计2293.34万元",
        "一般公共预算财政拨款支出2293.34万元，比年初预算数增加1524.13万元，增加198.14%",
    ],
}
FIGURE = re.compile(r"\d+(?:\.\d+)?(?:万元|%)")
FORM = """
部门整体支出绩效自评表 | < | < | < | <
（2022年度） | < | < | < | <
部门名称 | 示例县交通运输局 | < | < | <
部门资金（万元） | 年初预算数 | 全年预算数 | 全年执行数 | 执行率
年度资金总额 | 90 | 100 | 80 | 80%
一级指标 | 二级指标 | 三级指标 | 年度指标值 | 实际完成值
产出指标 | 数量指标 | 养护里程 | ≥100公里 | 80公里
产出指标 | 数量指标 | 桥梁 | ≥5座 |
"""


def text_of(path: Path) -> str:
    """All text of a draft, tables too, without blanks."""
    return "".join("".join(node.text for node in docx.Document(path).element.body.iter() if node.tag.endswith("}t")).split())


def cells_of(path: Path, first: str) -> list[list[str]]:
    """The rows of the table whose first heading is `first`."""
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(path).tables]
    return next(rows for rows in tables if rows[0][0] == first)


def drafted(folder: Path, *, template: Path | None = None, **what: Any) -> Path:
    """The draft of one department whose form is told in the test."""
    evaluations = sx.evaluate(submissions(submission("示例.xlsx", **what)))
    (path,) = sx.write_report(evaluations, folder / "自评报告.docx", template=template)
    return path


@pytest.fixture(scope="module")
def seed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The draft from the workbook that the first report was turned into."""
    evaluations = sx.evaluate(sx.read(root / SAMPLE))
    (path,) = sx.write_report(evaluations, tmp_path_factory.mktemp("out") / "自评报告.docx")
    return path


@pytest.mark.parametrize(("chapter", "sentence"), [(where, said) for where, all_ in PRINTED.items() for said in all_])
def test_a_printed_figure_comes_back(seed: Path, chapter: str, sentence: str) -> None:
    """Amount, direction and rate as the report prints them, in the sentence in which it prints them."""
    assert sentence in text_of(seed), chapter


@pytest.mark.shared
def test_the_list_above_is_whole(shared: Path) -> None:
    """The two chapters of the printed report hold these figures and no others."""
    report = "".join((shared / "seed/000_22a0d60c7b836463.txt").read_text(encoding="utf-8").split()).replace(",", "，")
    accounts = report[report.index("部门整体支出情况") : report.index("二、绩效自评情况")]
    execution = report[report.index("预算执行情况。") : report.index("日常财务管理")]
    ours = [figure for sentences in PRINTED.values() for said in sentences for figure in FIGURE.findall(said)]
    assert FIGURE.findall(accounts + execution) == ours


def test_the_chapters_are_those_of_the_printed_report(seed: Path) -> None:
    """In its order, and the findings after them."""
    headings = [lines.text for lines in docx.Document(seed).paragraphs if lines.style.name == "Heading 1"]
    assert headings == ["一、部门基本情况", "二、绩效自评情况", "三、存在问题及改进意见", "附：核对中发现的问题"]
    said = text_of(seed)
    assert "存在问题：一是对资金使用率无阶段性考核指标，侧重于考核全面使用率。二是资金使用合理性" in said
    assert "改进措施和意见：进一步细化考核细则，明确阶段性目标。" in said


def test_a_finding_stands_at_its_figure_and_in_the_list(seed: Path, root: Path) -> None:
    """The wrong rate is shown as stated, with the finding in the margin of that very cell; all findings are listed."""
    findings = sx.evaluate(sx.read(root / SAMPLE)).findings
    listed = cells_of(seed, "序号")[1:]
    assert sorted((row[2], row[3]) for row in listed) == sorted(zip(findings["sheet"], findings["cell"], strict=True))
    assert listed[0][:4] == ["1", "差错", "绩效指标", "I45"]
    body = docx.Document(seed).element.body
    (rate,) = [node for node in body.iter() if node.tag.endswith("}t") and node.text == "182.33%"]
    marks = [child.tag.rpartition("}")[2] for child in rate.getparent().getparent()]
    assert "commentRangeStart" in marks
    comments = [comment.text for comment in docx.Document(seed).comments]
    assert len(comments) == len(findings)
    assert any("355.33%" in text and "绩效指标!I45" in text for text in comments)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """A form with one figure: that figure, and 〔待补〕 for all others, never a zero."""
    path = drafted(tmp_path, budget=[{"item_label": "支出合计", "actual": 12.5}, {"item_label": "基本支出"}])
    said = text_of(path)
    assert "支出预算〔待补〕，比上年〔待补〕。" in said
    assert "总支出12.50万元" in said
    assert "基本支出〔待补〕，比上年决算数〔待补〕。" in said
    assert "部门职能。〔待补〕。" in said
    assert "自评得分〔待补〕分，自评结果：〔待补〕。" in said
    assert cells_of(path, "项目")[1] == ["支出合计", "〔待补〕", "〔待补〕", "12.50", "—", "—", "—"]
    assert [row[0] for row in cells_of(path, "项目")] == ["项目", "支出合计"]


CHANGES = [
    ({"actual": 80, "prior_actual": 100}, "比上年决算数减少20.00万元，减少20.00%"),
    ({"actual": 100, "prior_actual": 80}, "比上年决算数增加20.00万元，增加25.00%"),
    ({"actual": 80, "prior_actual": 80}, "与上年决算数持平"),
    ({"actual": 80, "prior_actual": 0}, "比上年决算数增加80.00万元。"),
    ({"actual": 80}, "比上年决算数〔待补〕"),
    ({"actual": 80, "prior_actual": 100, "reported_change": -19.0}, "比上年决算数减少19.00万元，减少20.00%"),
    ({"actual": 0.0051, "prior_actual": 0}, "比上年决算数增加0.01万元。"),
    ({"actual": 1e9 + 0.01, "prior_actual": 1e9}, "比上年决算数增加0.01万元，增加0.00%"),
]


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The drafts of as many departments as there are changes to tell."""
    batch = [
        submission(f"{at}.xlsx", department=f"示例{at}局", budget=[{"item_label": "基本支出", **row}])
        for at, (row, _) in enumerate(CHANGES)
    ]
    return [
        text_of(path) for path in sx.write_report(sx.evaluate(submissions(*batch)), tmp_path_factory.mktemp("out") / "报告.docx")
    ]


@pytest.mark.parametrize("at", range(len(CHANGES)), ids=[said for _, said in CHANGES])
def test_a_change_is_told_in_words(changes: list[str], at: int) -> None:
    """Direction by the figure, half-up, without binary noise; as stated where it is, and no rate of a base of zero."""
    assert f"基本支出{CHANGES[at][0]['actual']:.2f}万元，{CHANGES[at][1]}" in changes[at]


def test_indicators_and_tasks_are_tables_with_repeated_headers(tmp_path: Path) -> None:
    """Tasks apart from indicators; equal levels are one cell, and the header comes again on every page."""
    task = {"level1": "重点工作任务", "level2": None, "level3": "培训", "achieved": "58 场", "progress": "办了58 场，3228 人次"}
    rows = [
        {
            "level1": "产出指标",
            "level2": "数量指标",
            "level3": "新建",
            "target": "≥10 个",
            "achieved": "12 个",
            "reported_completion": 1.2,
        },
        {"level1": "产出指标", "level2": "数量指标", "level3": "改建", "target": "≥8 个"},
        task,
    ]
    path = drafted(tmp_path, indicators=rows)
    assert cells_of(path, "任务") == [["任务", "计划目标", "完成情况"], ["培训", "—", "办了58 场，3228 人次"]]
    head, first, second = cells_of(path, "一级指标")
    assert head[:3] == ["一级指标", "二级指标", "三级指标"]
    assert first == ["产出指标", "数量指标", "新建", "≥10 个", "12 个", "120.00%", "—"]
    assert second[2:6] == ["改建", "≥8 个", "〔待补〕", "—"]
    marked = [table.rows[0]._tr.xpath("w:trPr/w:tblHeader") for table in docx.Document(path).tables]  # noqa: SLF001
    assert all(marked)


def test_a_form_that_is_drawn_as_a_department_prints_it(tmp_path: Path) -> None:
    """An official form without income: its money as 财政 and total where it has them, the rest is to be filled in."""
    evaluations = sx.evaluate(sx.read(draw(tmp_path / "表.xlsx", 自评表=FORM)))
    (path,) = sx.write_report(evaluations, tmp_path / "自评报告.docx")
    said = text_of(path)
    assert said.startswith("示例县交通运输局部门整体支出绩效自评报告（2022年度）")
    assert "收入预算〔待补〕" in said
    assert "支出预算90.00万元" in said
    assert cells_of(path, "项目")[1][:5] == ["支出合计", "90.00", "100.00", "80.00", "80.00%"]
    assert cells_of(path, "一级指标")[2][4] == "〔待补〕"


def test_several_departments_have_a_report_each(tmp_path: Path) -> None:
    """Named after department and year; of two with the same name, the second has a number."""
    same = [submission(f"{name}.xlsx", department=f"示例县{who}局") for name, who in (("甲", "甲"), ("乙", "乙"), ("丙", "甲"))]
    paths = sx.write_report(sx.evaluate(submissions(*same)), tmp_path / "自评报告.docx")
    names = ["自评报告_示例县甲局_2021.docx", "自评报告_示例县乙局_2021.docx", "自评报告_示例县甲局_2021_2.docx"]
    assert sorted(path.name for path in paths) == sorted(names)
    assert all(path.is_file() for path in paths)


def test_a_name_is_no_path(tmp_path: Path) -> None:
    """A department called ../甲 writes nothing outside its folder."""
    batch = [submission("甲.xlsx", department="../甲"), submission("乙.xlsx", department="乙:*?")]
    paths = sx.write_report(sx.evaluate(submissions(*batch)), tmp_path / "报告.docx")
    assert {path.parent for path in paths} == {tmp_path}
    assert sorted(path.name for path in paths) == ["报告_乙_2021.docx", "报告_甲_2021.docx"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """No clock in the file: not in its entries, its properties or its comments."""
    made = [
        drafted(tmp_path, budget=[{"item_label": "基本支出", "actual": 80, "reported_execution_rate": 0.5}]).read_bytes()
        for _ in range(2)
    ]
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "自评报告.docx") as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/thumbnail.jpeg" not in file.namelist()


def test_page_and_type_are_those_of_official_documents(seed: Path) -> None:
    """A4, 37 mm above, 仿宋 三号, two characters indented, 22 lines a page; one kind of field, the page's number."""
    document = docx.Document(seed)
    section, text = document.sections[0], document.styles["Body Text"]
    assert [round(length.mm) for length in (section.page_width, section.page_height, section.top_margin)] == [210, 297, 37]
    fonts, indent = text.element.rPr.rFonts, text.element.pPr.ind
    assert fonts.get(docx.oxml.ns.qn("w:eastAsia")) == "仿宋"
    assert indent.get(docx.oxml.ns.qn("w:firstLineChars")) == "200"
    assert (text.font.size.pt, text.paragraph_format.line_spacing.pt) == (16, 28.9)
    with zipfile.ZipFile(seed) as file:
        parts = {name: file.read(name).decode() for name in file.namelist() if name.endswith(".xml")}
    assert {name for name, xml in parts.items() if "instrText" in xml} == {"word/footer1.xml", "word/footer2.xml"}


TYPED = [
    "{支出合计.决算}",
    "{",
    "<w:t>甲</w:t>",
    "\\begin",
    "PAGE \\* MERGEFORMAT",
    "https://example.com/",
    "〔待补〕",
    "\x00\x08\x0c",
    "\ud800",
    "\ufffe",
    "甲\r\n乙\t丙",
]


@pytest.fixture(scope="module")
def plain() -> sx.Evaluations:
    """A form with a text in every place that a draft takes one from."""
    return sx.evaluate(
        submissions(
            submission(
                texts={"functions": "职能", "problems": "问题"},
                indicators=[{"level3": "甲", "achieved": "1 个"}],
                budget=[
                    {"item_label": "支出合计", "actual": 1},
                    {"item_label": "一般公共预算财政拨款支出", "actual": 1, "reason": "原因"},
                ],
            )
        )
    )


@settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # a draft takes too long for shrinking
@given(text=st.sampled_from(TYPED) | st.text(max_size=40) | st.integers(32_768, 33_000).map("长".__mul__))
@example(text=TYPED[0])
@example(text="长" * 32_768)
@example(text="".join(TYPED))
def test_no_text_breaks_the_file(plain: sx.Evaluations, text: str) -> None:
    """Whatever was typed stays text: it opens, nothing is cut, no field, no link, and a place in it is not filled in."""
    places = {"profile": "department", "texts": "text", "indicators": "level3", "budget": "reason", "findings": "message"}
    frames = {name: getattr(plain, name) for name in places}
    whole = text.encode("utf-8", "replace").decode()  # a frame may not be able to hold half a character as a key
    typed = dataclasses.replace(
        plain,
        **{
            name: frame.assign(**{places[name]: pd.Series([whole if name == "profile" else text] * len(frame), dtype=object)})
            for name, frame in frames.items()
        },
    )
    with tempfile.TemporaryDirectory() as folder:
        (path,) = sx.write_report(typed, Path(folder) / "自评报告.docx")
        xml = docx.Document(path).element.xml
        assert not re.search(r"<w:(hyperlink|instrText|fldSimple|fldChar)", xml)
        assert xml.count("长") >= 5 * text.count("长")
        assert xml.count("{支出合计.决算}") >= 5 * text.count("{支出合计.决算}")
        with zipfile.ZipFile(path) as file:
            assert not any(b"hyperlink" in file.read(name) for name in file.namelist() if name.endswith(".rels"))


TEMPLATE_ERRORS = [
    ('text = "一、部门基本情况"', 'text = "{没有}"', "没有“没有”"),
    ('table = "绩效指标"', 'table = "别的"', "没有“别的”"),
    ('columns = ["original_budget"]', 'columns = ["budget"]', "没有“budget”"),
    ('same = "与{than}持平"', 'same = "与{谁}持平"', "没有“谁”"),
    ('unit = "万元"', 'unit = "美元"', "只能是"),
    ("[styles.lead]", "[styles.leed]", "没有“lead”"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "said"), TEMPLATE_ERRORS)
def test_a_broken_template_is_refused(root: Path, tmp_path: Path, good: str, bad: str, said: str) -> None:
    """With its file, what is wrong and what is allowed; nothing is written."""
    text = (root / "selfeval_xl/data/report.toml").read_text(encoding="utf-8")
    assert good in text
    (tmp_path / "报告.toml").write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(sx.SpecError, match=said):
        drafted(tmp_path, template=tmp_path / "报告.toml")
    assert not (tmp_path / "自评报告.docx").exists()


def test_a_template_of_one_s_own_says_it_its_own_way(root: Path, tmp_path: Path) -> None:
    """Other words, another unit: only the file changes."""
    text = (root / "selfeval_xl/data/report.toml").read_text(encoding="utf-8")
    own = text.replace('unit = "万元"', 'unit = "元"').replace("具体情况如下：基本支出", "其中，基本支出")
    (tmp_path / "报告.toml").write_text(own, encoding="utf-8")
    path = drafted(tmp_path, template=tmp_path / "报告.toml", budget=[{"item_label": "基本支出", "actual": 1.23}])
    assert "其中，基本支出12300.00元" in text_of(path)


# -- the command ---------------------------------------------------------------------------------------------------


def test_the_command_writes_the_draft(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0: written, findings or not; 2 beside an unreadable file; 3 where there is nothing to write; 4 where it fails."""
    assert call("report", root / SAMPLE, "-o", tmp_path / "报告.docx") == 0
    assert (tmp_path / "报告.docx").is_file()
    assert "报告草稿已写出" in capsys.readouterr().err
    (tmp_path / "断.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert call("report", root / SAMPLE, tmp_path / "断.xlsx", "-o", tmp_path / "报告.docx") == 2
    assert "断.xlsx" in capsys.readouterr().err
    assert call("report", tmp_path / "断.xlsx", "-o", tmp_path / "无.docx") == 3
    assert call("report", tmp_path / "没有.xlsx") == 3
    assert call("report", root / SAMPLE, "-o", tmp_path / "没有" / "报告.docx") == 4
    assert call("report", root / SAMPLE, "-o", tmp_path / "报告.xlsx") == 4


def test_a_project_form_has_no_such_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence says what was recognised instead, and nothing is written."""
    form = FORM.replace("部门整体", "项目").replace("部门名称", "项目名称").replace("部门资金", "项目资金")
    assert call("report", draw(tmp_path / "表.xlsx", 自评表=form), "-o", tmp_path / "报告.docx") == 3
    assert "没有部门整体支出绩效自评表" in capsys.readouterr().err
    assert not (tmp_path / "报告.docx").exists()


def test_without_the_extra_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is read."""
    real = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name == "docx":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    assert call("report", tmp_path, "-o", tmp_path / "报告.docx") == 3
    assert "selfeval-xl[word]" in capsys.readouterr().err
