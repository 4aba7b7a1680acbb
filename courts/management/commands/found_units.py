"""`scripts/manage found_units --court CODE --template SQ`: found the units of a set-up that the court has not got yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from courts.actions.organising import apply_template
from courts.models import Court
from courts.organisations import templates
from kernel import time
from kernel.errors import BadInput


class Command(BaseCommand):
    help = "按机构模板建立法院的内设机构（已有的不动；启用前先配齐人员）。"

    def add_arguments(self, parser: CommandParser) -> None:
        words = "，".join(f"{code} {zh}" for code, zh in templates().items())
        parser.add_argument("--court", required=True, help="法院代字，例如 鄂1003")
        parser.add_argument("--template", required=True, help=words)

    def handle(self, *_args: Any, **options: Any) -> None:
        court = Court.objects.filter(code=options["court"]).first()
        if court is None:
            raise CommandError(f"没有代字为“{options['court']}”的法院。")
        try:
            founded = apply_template(
                court=court, code=options["template"], actor="system:console", at=time.now()
            )
        except BadInput as refused:
            raise CommandError(refused.in_full) from refused
        self.stdout.write(f"{court.name}：新建 {len(founded)} 个机构。")
        for unit in founded:
            self.stdout.write(f"  {unit.get_kind_display()}  {unit.name}")
