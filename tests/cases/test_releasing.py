"""A pack on its way through the web's verbs: upload, preview, a second person, release, open cases."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest

from cases.actions import releasing
from cases.models import Case
from courts.actions.drafts import refuse_draft, sign_off, upload_draft, withdraw_draft
from courts.models import PackDraft, PackRelease, User
from courts.selectors import packs_in_force
from deadlines.models import Deadline
from events import log, relay
from events.models import Event
from jobs import running
from jobs.models import Job
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from notices.models import Message
from regimes.errors import PackErrors
from regimes.packfile import written
from regimes.packs import parse_pack
from supervision.replay import differences, replay, stored
from tests.cases.test_repinning import LONGER, changed
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person

pytestmark = pytest.mark.django_db
START = "2026-03-02T09:00:00+08:00"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def admin(home: House) -> User:
    return person(home.court, "administrator")


def upload(admin: User, text: str | None = None, **changes: object) -> PackDraft:
    data = (changed(LONGER).text if text is None else text).encode()
    given = {"data": data, "name": "2.yaml", "applies_to": "", "actor": admin, "key": key()}
    return upload_draft(**{**given, **changes}, at=time.now())


def previewed(draft: PackDraft) -> PackDraft:
    relay.run()
    running.sweep()
    draft.refresh_from_db()
    assert draft.previewed_at is not None
    return draft


def signed(home: House, draft: PackDraft, **changes: object) -> PackDraft:
    given = {
        "draft_id": draft.pk,
        "digest": draft.digest,
        "actor": home.director,
        "key": key(),
        "words": "核对无误",
    }
    return sign_off(**{**given, **changes}, at=time.now())


def test_new_cases_take_the_new_version_and_open_ones_stay(home: House, admin: User) -> None:
    with time.travel(START):
        case = assigned(home, filing("2026-03-02"))
        before = list(Deadline.objects.filter(case_id=case.pk).order_by("pk").values())
        draft = previewed(upload(admin, changed(LONGER, since="2026-03-05").text))
        assert draft.preview["changes"] == {"moved": 1}
        assert draft.preview["cases"] == 1
        assert draft.preview["places"] == [
            {"court": home.court.short_name, "owner": "李明法", "changes": {"moved": 1}}
        ]
        assert PackRelease.objects.filter(code="JZ-2023").count() == 1, "a draft releases nothing"
        digest = PackRelease.objects.get(code="JZ-2023", version=1).digest
        signed(home, draft)
        relay.run()
        assert not Job.objects.filter(kind=releasing.MOVE).exists()
        first, second = PackRelease.objects.filter(code="JZ-2023").order_by("version")
        assert (first.digest, first.effective_to) == (digest, dt.date(2026, 3, 4))
        assert (second.version, second.effective_from, second.effective_to) == (2, dt.date(2026, 3, 5), None)
        assert list(Deadline.objects.filter(case_id=case.pk).order_by("pk").values()) == before
        for day, version in (("2026-03-04", 1), ("2026-03-05", 2)):
            found = {r.code: r.version for r, _f in packs_in_force(home.court.pk, dt.date.fromisoformat(day))}
            assert found["JZ-2023"] == version
    with time.travel("2026-03-05T09:00:00+08:00"):
        new = assigned(home, filing("2026-03-05"))
        clock = Deadline.objects.get(case_id=new.pk, rule_id="JZ-D-01")
        assert (clock.pack_version, clock.due_on) == (2, dt.date(2026, 3, 18))


def test_open_cases_move_where_the_release_says_so_and_handlers_are_told(home: House, admin: User) -> None:
    with time.travel(START):
        cases = [assigned(home, filing("2026-03-02")) for _ in range(3)]
        draft = previewed(upload(admin, applies_to="open_cases"))
        signed(home, draft)
        relay.run()
        running.sweep()
        job = Job.objects.get(kind=releasing.MOVE)
        assert (job.state, job.done, job.result["moved"]) == ("done", 3, 3), job.problem
        for case in cases:
            case.refresh_from_db()
            assert {p["code"]: p["version"] for p in case.packs}["JZ-2023"] == 2
            clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
            assert clock.due_on == dt.date(2026, 3, 13)
            assert differences(replay(log.history(case.about)), stored(case)) == []
            assert Event.objects.filter(stream=case.about, kind="case.repinned").count() == 1
        told = Message.objects.filter(topic=releasing.TOPIC)
        assert [message.to_user_id for message in told] == [home.handler.pk]
        assert "JZ-2023/2" in told[0].text


def test_a_case_that_cannot_move_now_is_passed_by(home: House, admin: User) -> None:
    with time.travel(START):
        case = assigned(home, filing("2026-03-02"))
        draft = previewed(upload(admin, applies_to="open_cases"))
        signed(home, draft)
        relay.run()
        running.sweep()
        Job.objects.filter(kind=releasing.MOVE).update(key="again")
        relay.run()
        releasing.begin_move(Event.objects.get(kind="packdraft.signed_off"))
        running.sweep()
        assert Event.objects.filter(stream=case.about, kind="case.repinned").count() == 1


def test_a_second_person_signs_and_only_what_they_saw(home: House, admin: User) -> None:
    both = person(home.court, "administrator", "bureau_director")
    with time.travel(START):
        draft = upload(both)
        with pytest.raises(WrongState, match="预览还没有完成"):
            signed(home, draft)
        previewed(draft)
        with pytest.raises(NotAllowed, match="自己"):
            signed(home, draft, actor=both)
        with pytest.raises(NotAllowed):
            signed(home, draft, actor=admin)
        with pytest.raises(NotFound):
            signed(home, draft, actor=home.handler)
        with pytest.raises(NotFound):
            signed(home, draft, actor=house(("LY-2021",)).director)
        with pytest.raises(Conflict):
            signed(home, draft, digest="0" * 64)
        assert PackRelease.objects.filter(code="JZ-2023").count() == 1
        once = key()
        signed(home, draft, key=once)
        signed(home, draft, key=once)
        with pytest.raises(WrongState):
            signed(home, draft)
        assert PackRelease.objects.filter(code="JZ-2023").count() == 2
        assert Event.objects.filter(kind="packdraft.signed_off").count() == 1


def test_refused_and_withdrawn_drafts_release_nothing(home: House, admin: User) -> None:
    with time.travel(START):
        draft = previewed(upload(admin))
        with pytest.raises(BadInput):
            refuse_draft(draft_id=draft.pk, actor=home.director, at=time.now(), key=key(), words=" ")
        refuse_draft(draft_id=draft.pk, actor=home.director, at=time.now(), key=key(), words="第五条有误")
        second = upload(admin)
        with pytest.raises(Conflict, match="已有一份草稿"):
            upload(admin)
        with pytest.raises(NotAllowed):
            withdraw_draft(draft_id=second.pk, actor=home.director, at=time.now(), key=key())
        withdraw_draft(draft_id=second.pk, actor=admin, at=time.now(), key=key())
        assert [d.state for d in PackDraft.objects.order_by("pk")] == ["refused", "withdrawn"]
        assert PackRelease.objects.filter(code="JZ-2023").count() == 1


def test_only_the_administrator_of_all_followers_uploads(home: House, admin: User) -> None:
    other = house()
    with time.travel(START):
        with pytest.raises(NotAllowed):
            upload(home.handler)
        with pytest.raises(NotAllowed, match="本院和下级法院以外"):
            upload(person(other.court, "administrator"))
        base = PackRelease.objects.get(code="BASE").text.replace("version: 1", "version: 2", 1)
        with pytest.raises(PackErrors, match="effective"):
            upload(admin, written(base))
        assert not PackDraft.objects.exists()


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", 1, "文件是空的"),
        ("pack: 荆州\n".encode("gbk"), 1, "不是 UTF-8"),
        (b"x" * 600_000, 1, "超过 512 KB"),
        (b"pack: JZ-2023", 1, "没有传完"),
        (b"pack: JZ-2023\nversion: 2\n", 2, "没有传完"),
        (b"pack: JZ-2023\n...\nversion: 2\n...\n", 2, "只能有一个"),
        (b"- 1\n...\n", 1, "不是键值结构"),
        (b"a: &x [*x]\n...\n", 1, "引用了另一处"),
        (b"a: " + b"[" * 9000 + b"\n...\n", 1, "套得太深"),
        (b"!!python/object/apply:os.system [ls]\n...\n", 1, "不是键值结构"),
    ],
    ids=["empty", "gbk", "large", "cut", "unclosed", "two", "list", "alias", "deep", "object"],
)
def test_what_is_no_pack_is_refused_with_its_line(admin: User, data: bytes, line: int, message: str) -> None:
    with pytest.raises(PackErrors) as caught:
        upload(admin, data=data)
    assert caught.value.errors[0].line == line
    assert message in caught.value.errors[0].message
    assert caught.value.errors[0].fix
    assert not PackDraft.objects.exists()
    assert not Event.objects.filter(kind__startswith="packdraft").exists()


def test_the_order_of_versions_is_kept(home: House, admin: User) -> None:
    text = changed(LONGER).text
    for wrong, key_, fix in (
        (text.replace("version: 2", "version: 3", 1), "version", "version: 2"),
        (written(PackRelease.objects.get(code="JZ-2023").text), "version", "version: 2"),
        (changed(LONGER, since="2020-01-01").text, "effective", "effective.from"),
    ):
        with pytest.raises(PackErrors) as caught:
            upload(admin, wrong)
        assert caught.value.errors[0].key == key_
        assert fix in caught.value.errors[0].fix
        assert caught.value.errors[0].line > 1


def test_a_file_cut_off_anywhere_changes_nothing(home: House, admin: User) -> None:
    """In the middle of a line, at the end of one, between two rules: what did not arrive whole is no draft."""
    whole = changed(LONGER).text
    ends = [place + 1 for place, sign in enumerate(whole[:-1]) if sign == "\n"]
    shares = [len(whole) * share // 20 for share in range(1, 20)]
    assert sum(_is_right(whole[:end]) for end in ends[::40]) > 5, "nothing but the closing line tells them"
    with time.travel(START):
        case = assigned(home, filing("2026-03-02"))
        for length in (*shares, *ends, len(whole) - 1, len(whole) - 2):
            cut = whole[:length]
            with pytest.raises(PackErrors, match="没有传完") as caught:
                upload(admin, cut)
            last = (cut.rstrip() if cut.endswith("\n") else cut).count("\n") + 1
            assert caught.value.errors[0].line == last
            assert caught.value.errors[0].fix
        assert not PackDraft.objects.exists()
        assert not Event.objects.filter(kind__startswith="packdraft").exists()
        assert PackRelease.objects.filter(code="JZ-2023").count() == 1
        assert Case.objects.get().packs == case.packs
        assert upload(admin, whole).text == whole.removesuffix("...\n")


def _is_right(text: str) -> bool:
    """Whether the rules of a text can be read."""
    with suppress(PackErrors):
        return bool(parse_pack(text, "2.yaml"))
    return False


@pytest.mark.req("SQ-56")
def test_a_pack_counts_for_cases_filed_from_its_day_on() -> None:
    home = house(("SQ-2022",))
    with time.travel("2022-04-28T09:00:00+08:00"):
        before = assigned(home, filing("2022-04-28"))
    with time.travel("2022-04-29T09:00:00+08:00"):
        after = assigned(home, filing("2022-04-29"))
        assert "SQ-2022" not in {pin["code"] for pin in before.packs}
        assert not Deadline.objects.filter(case_id=before.pk, rule_id__startswith="SQ-").exists()
        assert Deadline.objects.filter(case_id=before.pk, rule_id__startswith="BASE-").exists()
        assert "SQ-2022" in {pin["code"] for pin in after.packs}
        assert Deadline.objects.filter(case_id=after.pk, rule_id__startswith="SQ-").exists()
