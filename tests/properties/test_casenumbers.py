"""Case numbers in any spelling come back to one canonical form and one search key."""

from hypothesis import given
from hypothesis import strategies as st

from kernel.casenumbers import CaseNumber, court_codes, kind_names, loose_key, parse
from kernel.errors import BadInput

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")

provinces = st.sampled_from(sorted(set(court_codes()) - {"最高法"}))
courts = st.one_of(
    st.just("最高法"),
    provinces,
    st.builds(lambda head, code: f"{head}{code:02}", provinces, st.integers(0, 99)),
    st.builds(lambda head, code: f"{head}{code:04}", provinces, st.integers(0, 9999)),
)
numbers = st.builds(
    CaseNumber,
    year=st.integers(2016, 2026),
    court=courts,
    kind=st.sampled_from(sorted(kind_names())),
    number=st.integers(1, 99_999_999),
    suffix=st.integers(0, 99),
)
brackets = st.sampled_from(["（）", "()", "〔〕", "[]", "【】", "［］"])


@given(numbers)
def test_the_canonical_form_reads_back(number: CaseNumber) -> None:
    assert parse(str(number)) == number
    assert loose_key(str(number)) == number.loose_key


@given(numbers, brackets, st.booleans(), st.sampled_from(["", " ", "\u3000"]), st.booleans())
def test_spelling_does_not_matter(
    number: CaseNumber, pair: str, full: bool, space: str, with_hao: bool
) -> None:
    text = str(number).replace("（", pair[0]).replace("）", f"{pair[1]}{space}")
    text = text if with_hao else text.replace("号", space)
    text = text.translate(FULL_WIDTH) if full else text
    assert parse(text) == number
    assert loose_key(text) == number.loose_key


@given(numbers, numbers)
def test_different_numbers_have_different_keys(one: CaseNumber, other: CaseNumber) -> None:
    assert (one.loose_key == other.loose_key) == (one == other)
    assert (one.sort_key == other.sort_key) == (one == other)


@given(st.text(alphabet="（）()〔2023鄂10执恢异民初号之一二 x-字第", max_size=30))
def test_any_text_is_read_or_refused_with_a_part(text: str) -> None:
    refusal = None
    try:
        number = parse(text)
    except BadInput as caught:
        refusal = caught
    if refusal is None:
        assert parse(str(number)) == number
    else:
        assert refusal.detail["part"] in {"year", "court", "kind", "number", "suffix", "form"}
        assert str(refusal)
        assert str(refusal.fix)
