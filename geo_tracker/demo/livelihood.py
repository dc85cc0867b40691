"""Which made-up projects are livelihood projects (民生实事), how far, and who builds them."""

import numpy as np
import pandas as pd

from geo_tracker.demo.schedule import STAGES

KINDS = ("道路", "坑塘沟渠", "小型水利", "活动场所", "村容环境", "污水厕所")
SHARE = 0.12
"""Of the projects of `KINDS`, whose villagers chose what is to be done."""

COLUMNS = ["建设单位", "施工单位", "民生实事状态"]
CONTRACTORS = 40

_STATES = {
    "储备": ("候选", "未入选"),
    "立项": ("候选", "票决通过"),
    "设计": ("票决通过", "已公布"),
    **dict.fromkeys(("预算", "招标", "合同"), ("已公布",)),
    "开工": ("实施中",),
    **dict.fromkeys(("完工", "验收"), ("已完成",)),
    **dict.fromkeys(("结算审计", "决算"), ("已完成", "已测评")),
    "移交管护": ("已测评",),
}
"""Stage of a project → how far it may be as livelihood project."""


def with_livelihood(projects: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the sheet 项目 with `COLUMNS` beside the stage.

    Parameters
    ----------
    projects : DataFrame
        As `project_sheet` returns it.
    rng : Generator
        Same state, same choice.

    Returns
    -------
    DataFrame
        The same rows. About the published project nothing is added; contractors are numbered, none
        is a company that there is.
    """
    drawn = projects["阶段"].notna()
    chance, pick = rng.random(len(projects)), rng.random(len(projects))
    numbers = rng.integers(1, CONTRACTORS + 1, len(projects))
    signed = STAGES.index("合同")
    added: dict[str, list[str | None]] = {name: [] for name in COLUMNS}
    for project, is_drawn, draw, choice, number in zip(
        projects.to_dict("records"), drawn, chance, pick, numbers, strict=True
    ):
        stage = project["阶段"]
        has_contract = is_drawn and STAGES.index(stage) >= signed
        is_chosen = is_drawn and project["类别"] in KINDS and draw < SHARE
        states = _STATES[stage] if is_chosen else ()
        added["建设单位"].append(f"{project['乡镇']}政府" if is_drawn else None)
        added["施工单位"].append(f"示意建设公司{number}" if has_contract else None)
        added["民生实事状态"].append(states[int(choice * len(states))] if states else None)
    place = projects.columns.get_loc("计划开工")
    columns = pd.DataFrame(added, index=projects.index, dtype=object)
    left, right = projects.iloc[:, :place], projects.iloc[:, place:]
    return pd.concat([left, columns, right], axis=1)
