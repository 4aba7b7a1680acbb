"""The bulletin of an inspection: numbered paragraphs from its result, annex tables, anonymous where asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from supervision.inspections.models import Inspection, InspectionFinding, InspectionSection
from supervision.inspections.scoring import Rank, ranks
from supervision.inspections.states import FindingState

STEMS = "甲乙丙丁戊己庚辛壬癸"
Table = dict[str, Any]


def paragraphs_of(inspection: Inspection, *, anonymous: bool) -> list[str]:
    """What is prefilled: what was inspected, how it was drawn, the ranking, the points most often not met, corrections."""
    sections, ranked, faults = _read(inspection)
    names = names_for(ranked, anonymous=anonymous)
    subjects = _subjects(sections)
    drawn = sum(s.draws.standing().count() for s in sections)
    counted = sum(s.counted for s in sections)
    found = [
        _("%(year)d年第%(quarter)d季度，对 %(courts)d 家法院的%(subjects)s %(n)d 项内容开展检查。")
        % {
            "year": inspection.year,
            "quarter": inspection.quarter,
            "courts": len(ranked),
            "subjects": "、".join(subjects.values()),
            "n": len(subjects),
        },
        _("检查总体 %(counted)d 件，按分层抽样抽查 %(drawn)d 件，抽样种子为 %(seed)s，可以据此复核样本。")
        % {"counted": counted, "drawn": drawn, "seed": inspection.seed},
    ]
    scored = [rank for rank in ranked if rank.total is not None]
    if scored:
        order = "，".join(f"{names[rank.court_id]} {rank.total} 分" for rank in scored)
        found.append(_("综合得分由高到低为：%s。") % order)
    most = _most_frequent(faults)
    if most:
        told = "；".join(_("%(title)s（%(n)d 件）") % {"title": t, "n": n} for t, n in most)
        found.append(_("发现问题 %(n)d 个，集中在：%(told)s。") % {"n": len(faults), "told": told})
    else:
        found.append(_("本次检查没有发现问题。"))
    open_ = sum(1 for each in faults if each.state != FindingState.VERIFIED)
    if faults:
        found.append(
            _(
                "已核实整改 %(done)d 个，尚未整改到位 %(open)d 个，各法院应当在整改期限内完成，逾期的转入下一季度继续检查。"
            )
            % {"done": len(faults) - open_, "open": open_}
        )
    return found


def annexes(inspection: Inspection, *, anonymous: bool) -> list[Table]:
    """附表: the scores of the courts; the faults with their standards and last days."""
    sections, ranked, faults = _read(inspection)
    names = names_for(ranked, anonymous=anonymous)
    subjects = _subjects(sections)
    scores = {
        "title": _("附表一　各法院得分"),
        "head": [_("名次"), _("法院"), *subjects.values(), _("综合得分"), _("问题数")],
        "rows": [
            [
                str(rank.place or "—"),
                names[rank.court_id],
                *(score_words(rank.scores.get(subject)) for subject in subjects),
                score_words(rank.total),
                str(rank.faults),
            ]
            for rank in ranked
        ],
    }
    places = {case: n for n, case in enumerate(dict.fromkeys(f.draw.case_id for f in faults), start=1)}
    problems = {
        "title": _("附表二　问题清单"),
        "head": [
            _("法院"),
            _("案件"),
            _("检查点"),
            _("标准"),
            _("问题"),
            _("扣分"),
            _("整改期限"),
            _("整改"),
        ],
        "rows": [_fault_row(each, names, places, anonymous=anonymous) for each in faults],
    }
    return [scores, problems]


def names_for(ranked: Sequence[Rank], *, anonymous: bool) -> dict[int, str]:
    """Courts by name, or as 甲法院, 乙法院 … in an order that does not give the rank away."""
    if not anonymous:
        return {rank.court_id: rank.name for rank in ranked}
    found = {}
    for place, court_id in enumerate(sorted(rank.court_id for rank in ranked)):
        again = "" if place < len(STEMS) else str(place // len(STEMS) + 1)
        found[court_id] = _("%s法院") % f"{STEMS[place % len(STEMS)]}{again}"
    return found


def score_words(score: Decimal | None) -> str:
    """92.50; a section without a case has none."""
    return "—" if score is None else f"{score:.2f}"


def _read(
    inspection: Inspection,
) -> tuple[list[InspectionSection], list[Rank], list[InspectionFinding]]:
    sections = list(inspection.sections.select_related("court").order_by("court__code", "position"))
    faults = (
        InspectionFinding.objects.faults()
        .filter(draw__section__inspection=inspection)
        .select_related("draw", "draw__section", "draw__case")
        .order_by("draw__section__court__code", "draw__section__position", "draw__position", "point")
    )
    return sections, ranks(sections), list(faults)


def _subjects(sections: Sequence[InspectionSection]) -> dict[str, str]:
    return {s.subject: s.rule["title"] for s in sorted(sections, key=lambda s: s.position)}


def _most_frequent(faults: Sequence[InspectionFinding]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for each in faults:
        title = _point(each)["title"]
        counts[title] = counts.get(title, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:3]


def _point(found: InspectionFinding) -> dict[str, Any]:
    return found.draw.section.point(found.point) or {"title": found.point, "standard": "", "article": ""}


def _fault_row(
    found: InspectionFinding, names: Mapping[int, str], places: Mapping[int, int], *, anonymous: bool
) -> list[str]:
    """One fault; anonymous: the free words, which may name people, stay out."""
    point, case = _point(found), found.draw.case
    return [
        names[found.draw.section.court_id],
        _("%d号案件") % places[case.pk] if anonymous else case.number,
        point["title"],
        f"{point['article']}　{point.get('cites') or ''}".strip(),
        "—" if anonymous else found.words,
        str(found.deducted),
        found.rectify_on.isoformat() if found.rectify_on else "",
        found.get_state_display(),
    ]
