"""批量办结、批量移交、批量转办、批量分案: freeze what is seen, fill it in, then one verb a row, each in its own transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.assigning import assign_seen, hand_over_seen
from cases.actions.completing import complete_seen
from cases.actions.passing import pass_on_seen
from cases.models import Batch, BatchRow, Case, Node, Task
from cases.querysets import CaseQuerySet
from cases.states import CaseState
from courts.models import Unit, User
from events import log
from jobs.actions.asking import ask_job
from jobs.kinds import Stride
from jobs.models import Job
from kernel import time
from kernel.errors import BadInput, Conflict, DomainError, NotFound, WrongState
from regimes.nodes import NodeDef, load_nodes

KIND = "cases.batch"
MOST = 2000
"""Rows of one batch."""
FORMS = ("declared", "acceptance")
"""Forms of nodes that are done by their declared fields alone."""


def freeze_nodes(
    *, node_ids: Sequence[int], conditions: Sequence[str], whole: bool, actor: User, at: dt.datetime, key: str
) -> Batch:
    """Freeze open nodes of one kind as they stand. Raises BadInput: none, too many, of several kinds, done one by one only.

    conditions: names of the filters; whole: all that the filters left over, not those ticked.
    """
    nodes = _of_one_kind(node_ids, actor, Batch.Kind.COMPLETE)
    check_kind(nodes[0].kind)
    made = Batch(kind=Batch.Kind.COMPLETE, node_kind=nodes[0].kind, conditions=list(conditions), whole=whole)
    return _freeze(made, [(n.case_id, n.pk, n.version, None) for n in nodes], actor, at, key)


def freeze_nodes_to_pass_on(
    *, node_ids: Sequence[int], conditions: Sequence[str], whole: bool, actor: User, at: dt.datetime, key: str
) -> Batch:
    """批量转办: freeze open nodes of one kind and court with who has each in hand. Raises BadInput."""
    nodes = _of_one_kind(node_ids, actor, Batch.Kind.PASS_ON)
    if len({node.court_id for node in nodes}) > 1:
        raise BadInput(_("选中的节点不在同一个法院。"), fix=_("一次只转办一个法院的节点。"))
    held = dict(Task.objects.filter(node__in=nodes, state="held").values_list("node_id", "doer_id"))
    made = Batch(kind=Batch.Kind.PASS_ON, node_kind=nodes[0].kind, conditions=list(conditions), whole=whole)
    return _freeze(made, [(n.case_id, n.pk, n.version, held.get(n.pk)) for n in nodes], actor, at, key)


def _of_one_kind(node_ids: Sequence[int], actor: User, doing: Batch.Kind) -> list[Node]:
    rows = Node.objects.visible_to(actor).open().filter(pk__in=_few(node_ids)).order_by("pk")
    nodes = list(rows.only("pk", "case_id", "court_id", "kind", "version"))
    if not nodes:
        raise BadInput(_("没有可以%s的节点。") % doing.label, fix=_("先勾选要办的节点；已办结的节点不在内。"))
    kinds = {node.kind for node in nodes}
    if len(kinds) > 1:
        named = "、".join(definition.zh for definition in load_nodes() if definition.kind in kinds)
        raise BadInput(
            _("选中的节点不是同一种：%s。") % named, fix=_("先按节点类型筛选，再%s。") % doing.label
        )
    return nodes


def freeze_cases(
    *, case_ids: Sequence[int], conditions: Sequence[str], whole: bool, actor: User, at: dt.datetime, key: str
) -> Batch:
    """Freeze open cases of one court for a hand-over. Raises BadInput: none, too many, of several courts."""
    cases = _of_one_court(Case.objects.open(), case_ids, actor, Batch.Kind.HAND_OVER)
    made = Batch(kind=Batch.Kind.HAND_OVER, conditions=list(conditions), whole=whole)
    return _freeze(made, [(case.pk, None, case.version, None) for case in cases], actor, at, key)


def freeze_assignment(
    *, owners: Mapping[int, Mapping[str, int | None]], actor: User, at: dt.datetime, key: str
) -> Batch:
    """批量分案: freeze all cases that wait for a handler, each with who shall get it. Raises BadInput as freeze_cases.

    owners: case -> {owner, team}, kept as the values of its row, which can be changed until it is confirmed.
    """
    waiting = Case.objects.filter(state=CaseState.FILED, owner__isnull=True)
    cases = _of_one_court(waiting, owners, actor, Batch.Kind.ASSIGN)
    made = Batch(kind=Batch.Kind.ASSIGN, conditions=[], whole=True)
    rows = [(case.pk, None, case.version, None) for case in cases]
    return _freeze(made, rows, actor, at, key, values=owners)


def _of_one_court(
    cases: CaseQuerySet, case_ids: Collection[int], actor: User, doing: Batch.Kind
) -> list[Case]:
    seen = cases.visible_to(actor).filter(pk__in=_few(case_ids)).order_by("pk")
    found = list(seen.only("pk", "court_id", "version"))
    what = str(doing.label).removeprefix("批量")
    if not found:
        raise BadInput(_("没有可以%s的案件。") % what, fix=_("先勾选要%s的案件；已结案的案件不在内。") % what)
    if len({case.court_id for case in found}) > 1:
        raise BadInput(_("选中的案件不在同一个法院。"), fix=_("一次只%s一个法院的案件。") % what)
    return found


def check_kind(kind: str) -> NodeDef:
    """The definition of a kind of node that can be done in bulk. Raises BadInput for any other."""
    definition = next((item for item in load_nodes() if item.kind == kind), None)
    if definition is None or definition.form not in FORMS:
        name = definition.zh if definition else kind
        raise BadInput(_("“%s”不能批量办结。") % name, fix=_("请逐件办理。"))
    if any(field.type == "file" and field.required for field in definition.fields):
        raise BadInput(_("“%s”每件都要上传材料，不能批量办结。") % definition.zh, fix=_("请逐件办理。"))
    return definition


def fill(
    *,
    batch_id: int,
    actor: User,
    common: Mapping[str, Any] | None = None,
    rows: Mapping[int, Mapping[str, Any]] | None = None,
) -> Batch:
    """Keep what was filled in of a draft: for all rows (those of single rows are thrown away), or for single rows."""
    with transaction.atomic(durable=True):
        batch = _draft(batch_id, actor)
        if common is not None:
            batch.values = log.plain(common)
            batch.save(update_fields=["values"])
            batch.rows.update(values=None)
        changed = list(batch.rows.filter(pk__in=rows or {}))
        for row in changed:
            own = log.plain(rows[row.pk])  # type: ignore[index]
            row.values = None if own == batch.values else own
        BatchRow.objects.bulk_update(changed, ["values"])
        return batch


def confirm(*, batch_id: int, actor: User, at: dt.datetime) -> Job:
    """Begin: a worker does the rows one after the other. Confirmed again it is the same job."""
    with transaction.atomic(durable=True):
        batch = _mine(batch_id, actor)
        if batch.state == Batch.State.DRAFT:
            if not batch.values and not batch.rows.exclude(values=None).exists() and _asks(batch):
                raise BadInput(_("还没有填写办理内容。"), fix=_("先填写并套用到全部，再确认。"))
            batch.state, batch.confirmed_at = Batch.State.RUNNING, at
            batch.save(update_fields=["state", "confirmed_at"])
            _log(batch, "batch.confirmed", actor, at, {"rows": batch.rows.count()})
        elif batch.state == Batch.State.DROPPED:
            raise WrongState(_("这一批已经放弃。"), fix=_("回到清单重新选择。"))
        title = f"{batch.get_kind_display()} {batch.rows.count()}"
        return ask_job(
            kind=KIND,
            title=title,
            params={"batch": batch.pk},
            key=f"{batch.about}:work",
            at=at,
            actor=actor,
            court_id=actor.court_id,
        )


def drop(*, batch_id: int, actor: User) -> None:
    """放弃: nothing of a draft is done."""
    with transaction.atomic(durable=True):
        batch = _draft(batch_id, actor)
        batch.state = Batch.State.DROPPED
        batch.save(update_fields=["state"])


def step(job: Job) -> Stride:
    """The next row, alone in its transaction: what is refused is named and holds up no other."""
    batch = Batch.objects.select_related("asked_by").get(pk=job.params["batch"])
    total = job.total or batch.rows.count()
    row = batch.rows.filter(state=BatchRow.State.WAITING).order_by("pk").first()
    if row is None:
        return _finished(batch, total)
    row.batch = batch
    try:
        with transaction.atomic():
            _do(row, batch.asked_by, time.now())
            row.state = BatchRow.State.DONE
    except DomainError as error:
        row.state, row.note = BatchRow.State.REFUSED, _words_of(error)
    row.save(update_fields=["state", "note"])
    return Stride(
        job.done + 1, total, {"after": row.pk}, _("已办 %(n)d / %(all)d") % {"n": job.done + 1, "all": total}
    )


def _do(row: BatchRow, actor: User, at: dt.datetime) -> None:
    by = {"actor": actor, "at": at, "key": f"batch:{row.batch_id}:{row.pk}"}
    if row.batch.kind == Batch.Kind.COMPLETE:
        complete_seen(node_id=row.node_id, seen_version=row.seen_version, values=row.given, **by)
        return
    if row.batch.kind == Batch.Kind.PASS_ON:
        pass_on_seen(
            node_id=row.node_id,
            seen_version=row.seen_version,
            seen_holder=row.seen_holder,
            to=User.objects.get(pk=row.given["doer"]),
            words=row.given["words"],
            **by,
        )
        return
    to = {
        "owner": User.objects.get(pk=row.given["owner"]),
        "team": Unit.objects.filter(pk=row.given.get("team")).first(),
    }
    seen = {"case_id": row.case_id, "seen_version": row.seen_version}
    if row.batch.kind == Batch.Kind.ASSIGN:
        assign_seen(**seen, **to, **by)
    else:
        hand_over_seen(**seen, **to, reason=row.given["reason"], **by)


def _finished(batch: Batch, total: int) -> Stride:
    at = time.now()
    done = batch.rows.filter(state=BatchRow.State.DONE).count()
    batch.state, batch.finished_at = Batch.State.DONE, at
    batch.save(update_fields=["state", "finished_at"])
    counts = {"done": done, "refused": total - done}
    _log(batch, "batch.finished", batch.asked_by, at, counts)
    words = _("办成 %(done)d，没有办成 %(refused)d") % counts
    return Stride(total, total, None, words, {"lines": [words]})


def _freeze(
    made: Batch,
    rows: Sequence[tuple[int, int | None, int, int | None]],
    actor: User,
    at: dt.datetime,
    key: str,
    values: Mapping[int, Mapping[str, int | None]] | None = None,
) -> Batch:
    with transaction.atomic(durable=True):
        standing = Batch.objects.filter(key=key, asked_by=actor).first()
        if standing is not None:
            return standing
        made.asked_by, made.frozen_at, made.key = actor, at, key
        made.save()
        BatchRow.objects.bulk_create(
            BatchRow(
                batch=made,
                case_id=case,
                node_id=node,
                seen_version=version,
                seen_holder=holder,
                values=(values or {}).get(case),
            )
            for case, node, version, holder in rows
        )
        data = {"kind": made.kind, "node": made.node_kind, "rows": len(rows), "conditions": made.conditions}
        _log(made, "batch.frozen", actor, at, data)
        return made


def _few(ids: Collection[int]) -> set[int]:
    wanted = set(ids)
    if len(wanted) > MOST:
        raise BadInput(_("一次最多 %d 条。") % MOST, fix=_("把条件写得更具体，分几批办理。"))
    return wanted


def _words_of(error: DomainError) -> str:
    """A refusal as the list of results shows it: nobody has a page of that row open to load again."""
    return f"{error}{_('打开该案核对后单独办理。')}" if isinstance(error, Conflict) else error.in_full


def _asks(batch: Batch) -> bool:
    return batch.kind != Batch.Kind.COMPLETE or bool(check_kind(batch.node_kind).fields)


def _mine(batch_id: int, actor: User) -> Batch:
    batch = Batch.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("没有这一批。"), fix=_("回到清单重新选择。"))
    return batch


def _draft(batch_id: int, actor: User) -> Batch:
    batch = _mine(batch_id, actor)
    if batch.state != Batch.State.DRAFT:
        raise WrongState(
            _("这一批%s，不能再改。") % batch.get_state_display(), fix=_("看结果，或回到清单重新选择。")
        )
    return batch


def _log(batch: Batch, kind: str, actor: User, at: dt.datetime, data: Mapping[str, object]) -> None:
    log.append(
        stream=batch.about,
        kind=kind,
        actor=actor.actor,
        at=at,
        key=f"{batch.about}:{kind}",
        data=data,
        court_id=actor.court_id,
    )
