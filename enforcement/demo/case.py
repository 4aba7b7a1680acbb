"""One case of the demo: its verbs, put on days one after another. What lies in the future is left for the visitor."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from cases.actions.assigning import assign_case
from cases.actions.completing import complete_node
from cases.actions.filing import file_case
from cases.actions.keeping import keep_files
from cases.filings import FilingInput, PartyInput
from cases.models import Case, Node
from courts.models import User
from documents.models import File
from enforcement.demo import names
from enforcement.demo.people import Bench
from enforcement.demo.script import PREFIX, Script
from funds.actions.payees import register_payee
from kernel import time


class DemoCase:
    """A case as it goes on: `day` moves forward, each method puts one or a few verbs on it."""

    def __init__(
        self,
        script: Script,
        bench: Bench,
        *,
        number: int,
        story: int,
        filed_on: dt.date,
        parties: Sequence[PartyInput],
        cause: str,
        amount: Decimal,
        team: str,
        imported: bool = False,
    ) -> None:
        self.script, self.bench, self.story, self.day = script, bench, story, filed_on
        self.filed_on, self.parties, self.cause, self.amount = filed_on, list(parties), cause, amount
        self.team, self.imported = team, imported
        self.number = f"（{filed_on.year}）{bench.court.code}执{number}号"
        self.basis = f"（{filed_on.year - 1}）{bench.court.code}民初{number * 7 % 900 + 11}号民事判决书"
        self.rng = Random(story)  # noqa: S311  a repeatable choice of words, no secret
        handlers = bench.handlers[team]
        self.handler = handlers[story % len(handlers)]
        self._steps = 0
        self._case_id: int | None = None

    # ------------------------------------------------------------------ the frame

    def wait(self, workdays: int) -> DemoCase:
        """Go on so many working days later."""
        self.day = self.script.calendar.add_workdays(self.day, workdays) if workdays else self.day
        return self

    def at(self, day: dt.date) -> DemoCase:
        """Go on on a day."""
        self.day = day
        return self

    def do(self, verb: Callable[[str, dt.date], object], *, tells: bool = False) -> DemoCase:
        """Put a verb on the present day; it is called with its key and the day."""
        self._steps += 1
        day = self.day
        key = f"{PREFIX}{self.story}:{self._steps}"
        self.script.add(day, self.story, key, lambda key: verb(key, day), tells=tells)
        return self

    @property
    def case_id(self) -> int:
        """The case, once it is filed."""
        if self._case_id is None:
            self._case_id = Case.objects.values_list("pk", flat=True).get(
                court=self.bench.court, number=self.number
            )
        return self._case_id

    @property
    def about(self) -> str:
        """As the floors below call it."""
        return f"case:{self.case_id}"

    def who(self, role: str) -> User:
        """Who holds a role for this case."""
        return self.bench.who(role, self.team)

    @property
    def respondents(self) -> list[PartyInput]:
        """Against whom is enforced."""
        return [party for party in self.parties if party.role == "respondent"]

    def open_node(self, kind: str, label: str = "") -> Node:
        """The open node of a kind, about the subject of this label when several stand side by side."""
        nodes = Node.objects.filter(case_id=self.case_id, kind=kind, state="open")
        return (nodes.filter(subject__label=label) if label else nodes).get()

    def complete(self, kind: str, actor: User, label: str = "", **values: Any) -> DemoCase:
        """Complete a node by its declared form; a value "day" becomes the day of the step."""

        def verb(key: str, day: dt.date) -> object:
            node = self.open_node(kind, label)
            given = {name: day if value == "day" else value for name, value in values.items()}
            return complete_node(
                node_id=node.pk, seen_version=node.version, values=given, actor=actor, at=time.now(), key=key
            )

        return self.do(verb)

    # ------------------------------------------------------------------ intake

    def file(self) -> DemoCase:
        """立案, and where it is a back-dated one, on the day before the next step."""
        filing = FilingInput(
            parties=self.parties,
            cause=self.cause,
            basis=self.basis,
            claim_amount=self.amount,
            filed_on=self.filed_on,
            number=self.number,
            application_on=self.filed_on,
            channel=self.rng.choice(("online", "on_site")),
            imported=self.imported,
        )
        return self.do(
            lambda key, _day: file_case(
                court=self.bench.court, filing=filing, actor=self.who("filing_clerk"), at=time.now(), key=key
            )
        )

    def assign(self) -> DemoCase:
        """分案 to the handler of the story."""
        return self.do(
            lambda key, _day: assign_case(
                case_id=self.case_id,
                owner=self.handler,
                team=self.bench.units[self.team],
                actor=self.who("command_centre"),
                at=time.now(),
                key=key,
            )
        )

    def keep(self, name: str, actor: User | None = None) -> DemoCase:
        """上传材料: a picture of this name, by the handler unless said otherwise."""
        return self.do(
            lambda key, _day: keep_files(
                case_id=self.case_id,
                uploads=[SimpleUploadedFile(name, undertaking(), content_type="image/png")],
                actor=actor or self.handler,
                at=time.now(),
                key=key,
            )
        )

    def payee(self) -> DemoCase:
        """领款登记 with the signed undertaking in the file."""
        clerk = self.who("filing_clerk")
        name = next(party.name for party in self.parties if party.role == "applicant")
        account, bank = names.card(self.rng), self.rng.choice(names.BANKS) + "营业部"
        self.keep("领款承诺书.png", clerk)
        return self.do(
            lambda key, day: register_payee(
                about=self.about,
                court_id=self.bench.court.pk,
                name=name,
                bank=bank,
                account=account,
                undertaking_file_id=File.objects.filter(case_id=self.case_id, name="领款承诺书.png")
                .earliest("pk")
                .pk,
                signed_on=day,
                actor=clerk,
                at=time.now(),
                key=key,
            ),
            tells=True,
        )

    def notice(self) -> DemoCase:
        """执行通知 and 报告财产令 to every respondent."""
        for party in self.respondents:
            if party.phones:
                given: dict[str, Any] = {
                    "channel": "electronic",
                    "platform_ref": f"YZ{self.story:04d}{self._steps}",
                }
            else:
                given = {
                    "channel": "post",
                    "e_contact_search": "经查立案材料、移动运营商实名登记，未查到有效电子联系方式。",
                }
            self.complete(
                "enforcement_notice",
                self.who("affairs_group"),
                party.name,
                sent_on="day",
                with_report_order=True,
                **given,
            )
        return self

    # ------------------------------------------------------------------ investigation

    def query(self) -> DemoCase:
        """网络查控发起."""
        return self.complete("network_query_start", self.who("affairs_group"), on="day", scope="both")

    def investigate(self) -> DemoCase:
        """现场, 公积金, 不动产 of every respondent, and the evidence kept on the next working day."""
        officer = self.who("field_officer")
        for party in self.respondents:
            place = self.rng.choice(names.VILLAGES)
            self.complete(
                "onsite_investigation",
                officer,
                party.name,
                on="day",
                returned_on="day",
                place=place,
                place_kind="community" if "社区" in place else "village",
                full_recording=True,
                result="走访了解，未发现其他可供执行的财产。",
            )
            self.complete(
                "provident_fund",
                officer,
                party.name,
                on="day",
                agency="云州市住房公积金中心",
                result="无缴存记录。",
            )
            self.complete(
                "real_estate_enquiry",
                officer,
                party.name,
                on="day",
                agency="云州市不动产登记中心",
                at_registration_place=True,
                result="名下无不动产登记。",
            )
        self.wait(1)
        for party in self.respondents:
            self.complete("field_evidence", officer, party.name, on="day", remark="录音录像已导入。")
        return self

    def limit_consumption(self) -> DemoCase:
        """限制消费令."""
        for party in self.respondents:
            self.complete(
                "consumption_limit",
                self.handler,
                party.name,
                on="day",
                ground="未在指定期间履行生效法律文书确定的义务。",
            )
        return self


def undertaking() -> bytes:
    """A picture that stands for a signed undertaking."""
    picture = Image.new("L", (420, 594), 255)
    pen = ImageDraw.Draw(picture)
    for line in range(12):
        pen.line([(50, 90 + line * 32), (370 - line % 3 * 60, 90 + line * 32)], fill=120, width=2)
    pen.ellipse([(250, 480), (340, 560)], outline=60, width=4)
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
