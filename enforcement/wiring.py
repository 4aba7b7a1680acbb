"""Every reaction of an upper floor to a fact of a lower one, on one page. The names are kept in the database."""

from cases.actions import (
    batches,
    claiming,
    granted,
    ledgers,
    money_noted,
    national_lists,
    releasing,
    repinning,
    reprojecting,
    transfers,
)
from closing.actions import following as reviews
from desk.actions import exports
from events.relay import listen
from funds.actions import transfers as transfers_of_books
from jobs.kinds import list_kind
from measures.actions import following as properties
from petitions.actions import following as following_petitions
from petitions.actions import replies
from portal.actions import signing
from supervision.actions import figures
from supervision.actions import following as following_orders


def wire() -> None:
    """List the reactions; called once when the roof is ready."""
    listen("approval.given", "cases.carry_out", granted.carry_out)
    listen("approval.refused", "cases.close_refused", granted.close_unanswered)
    listen("approval.withdrawn", "cases.close_withdrawn", granted.close_unanswered)
    listen("case.court_changed", "measures.follow_court", properties.follow_court)
    listen("case.court_changed", "closing.follow_court", reviews.follow_court)
    listen("case.court_changed", "petitions.follow_court", following_petitions.follow_court)
    listen("case.court_changed", "supervision.follow_court", following_orders.follow_court)
    listen("approval.given", "cases.repin", repinning.carry_out)
    listen("approval.given", "petitions.reply_given", replies.note_answer)
    listen("approval.refused", "petitions.reply_refused", replies.note_answer)
    listen("approval.withdrawn", "petitions.reply_withdrawn", replies.note_answer)
    listen("document.rendered", "portal.paper_code", signing.note_paper)
    listen("receipt.identified", "cases.note_receipt", money_noted.note_receipt)
    listen("receipt.identified", "funds.recover", transfers_of_books.recover)
    listen("approval.refused", "cases.transfer_refused", transfers.close_refused)
    listen("approval.withdrawn", "cases.transfer_withdrawn", transfers.close_refused)
    listen("receipt.released", "cases.note_released", money_noted.note_released)
    listen("statement.confirmed", "cases.propose", claiming.propose)
    listen("payee.registered", "cases.note_payee", money_noted.note_payee)
    listen("payout.paid", "cases.note_paid", money_noted.note_paid)
    listen("payout.returned", "cases.note_returned", money_noted.note_returned)
    listen("calendar.day_set", "cases.reproject", reprojecting.begin)
    listen("calendar.day_removed", "cases.reproject_removed", reprojecting.begin)
    listen("calendar.year_published", "cases.reproject_year", reprojecting.begin)
    list_kind(reprojecting.KIND, reprojecting.step)
    listen("packdraft.uploaded", "cases.preview", releasing.begin_preview)
    listen("packdraft.signed_off", "cases.move", releasing.begin_move)
    list_kind(releasing.PREVIEW, releasing.preview_step)
    list_kind(releasing.MOVE, releasing.move_step)
    list_kind(ledgers.KIND, ledgers.filing_step)
    list_kind(batches.KIND, batches.step)
    list_kind(figures.KIND, figures.step)
    list_kind(national_lists.KIND, national_lists.linking_step)
    list_kind(exports.KIND, exports.step)
