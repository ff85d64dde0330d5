"""Attacks on the sign-in itself: guessing, finding out who has an account, exhausting the server. Each test has a server of its own."""

import concurrent.futures

import pytest

from portico_driver.pages import Page
from portico_driver.registrations import residents
from portico_driver.visitor import Resident, Visitor

STRANGE_NAMES = [
    "nobody", "nobody@example.org", "", " ", "a\x00b", "\u202eresident", "res\u200bident", "ｒｅｓｉｄｅｎｔ", "x" * 100_000, "' OR 1=1 --", "%", "_", "*",
    "../../etc/passwd", "{{name}}", "<b>", "\ud7ff\ue000", "é" * 300,
]  # fmt: skip


@pytest.fixture
def guarded(start_portico):
    server = start_portico()
    server.people = [person for person, _ in zip(residents(), range(4))]
    server.add_residents(server.people)
    return server


def try_to_sign_in(server, name, password, visitor=None):
    visitor = visitor or Visitor(server.issuer)
    page = visitor.open(server.url("/"))
    if not page.form("/sign-in"):
        page = visitor.open(server.url("/sign-in"))
    return visitor.submit(page.form_to("/sign-in"), identifier=name, password=password)


def is_home(place):
    return isinstance(place, Page) and place.form("/sign-out") is not None


def test_a_resident_signs_in_by_name_and_by_email_address(guarded):
    person = guarded.people[0]
    for name in (person.username, person.claims["email"], person.username.upper(), f" {person.username} "):
        assert is_home(try_to_sign_in(guarded, name, person.password)), name


def normalised(page, *names):
    """The page without what differs between any two: what was typed, tokens, references."""
    text = page.text
    for name in names:
        text = text.replace(name, "NAME")
    for form in page.forms:
        for field in form.fields:
            if field.type == "hidden" and field.value:
                text = text.replace(field.value, "TOKEN")
    return "\n".join(line for line in text.splitlines() if "reference" not in line.lower() and "-" not in line[-12:])


def test_a58_a_wrong_password_and_an_unknown_name_look_the_same(guarded):
    person = guarded.people[0]
    known = try_to_sign_in(guarded, person.username, "wrong-password")
    unknown = try_to_sign_in(guarded, "residentx", "wrong-password")
    assert known.status == unknown.status and known.title == unknown.title
    assert normalised(known, person.username) == normalised(unknown, "residentx")
    assert person.password not in known.text and "wrong-password" not in known.text


def test_a58_a_disabled_account_looks_like_a_wrong_password(guarded):
    person, other = guarded.people[:2]
    guarded.run("residents", "disable", other.username)
    wrong = try_to_sign_in(guarded, person.username, "wrong-password")
    disabled = try_to_sign_in(guarded, other.username, other.password)
    assert not is_home(disabled) and normalised(wrong, person.username) == normalised(disabled, other.username)


@pytest.mark.parametrize("name", STRANGE_NAMES, ids=lambda name: ascii(name)[:24])
def test_a62_strange_names_are_refused_like_any_other(guarded, name):
    page = try_to_sign_in(guarded, name, "wrong-password")
    assert isinstance(page, Page) and page.status < 500 and not is_home(page)
    assert "<b>" not in page.text.split("<main", 1)[-1] or name != "<b>"


def test_a62_nul_never_cuts_a_name_or_password_short(guarded):
    person = guarded.people[0]
    assert not is_home(try_to_sign_in(guarded, person.username + "\x00x", person.password))
    assert not is_home(try_to_sign_in(guarded, person.username, person.password + "\x00x"))


def test_a59_guessing_is_slowed_down_whoever_the_name_belongs_to(guarded):
    for name in (guarded.people[0].username, "nobody-at-all"):
        answers = [try_to_sign_in(guarded, name, f"guess-{number}") for number in range(30)]
        assert any(answer.status == 429 or "Retry-After" in answer.response.headers for answer in answers), f"thirty guesses at {name} unhindered"
        assert not any(is_home(answer) for answer in answers)


def test_a59_while_delayed_even_the_right_password_tells_nothing(guarded):
    person = guarded.people[0]
    for number in range(30):
        try_to_sign_in(guarded, person.username, f"guess-{number}")
    assert not is_home(try_to_sign_in(guarded, person.username, person.password))


def test_a59_strangers_cannot_lock_the_owner_out_of_a_known_browser(guarded):
    person = guarded.people[0]
    own = Visitor(guarded.issuer)
    assert is_home(try_to_sign_in(guarded, person.username, person.password, own))
    home = own.seen[-1]
    own.submit(home.form_to("/sign-out"))
    for number in range(30):
        try_to_sign_in(guarded, person.username, f"guess-{number}")
    assert is_home(try_to_sign_in(guarded, person.username, person.password, own))


def test_a61_a_huge_password_is_refused(guarded):
    for size in (1025, 60_000, 1_000_000):
        page = try_to_sign_in(guarded, guarded.people[0].username, "p" * size)
        assert isinstance(page, Page) and page.status < 500 and not is_home(page)


def test_a61_more_sign_ins_than_can_be_carried_get_503(start_portico):
    server = start_portico(password={"memory-kib": 65536, "iterations": 3, "workers": 1, "queue-limit": 4})
    crowd = [person for person, _ in zip(residents(), range(24))]
    server.add_residents(crowd[:4])
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda person: try_to_sign_in(server, person.username, person.password), crowd))
    busy = [answer for answer in answers if isinstance(answer, Page) and answer.status == 503]
    assert busy, [answer.status for answer in answers]
    assert all(int(answer.response.headers["Retry-After"]) >= 1 for answer in busy)
    assert all(answer.status in (200, 422, 429, 503) for answer in answers)
    assert is_home(try_to_sign_in(server, crowd[0].username, crowd[0].password)), "the server did not recover"


def test_secrets_are_not_in_the_log(guarded, registrations):
    person = guarded.people[0]
    visitor = Visitor(guarded.issuer)
    strict = registrations.agency(guarded, "strict")
    request = strict.request(scope="openid offline_access", prompt="consent")
    arrival = visitor.authorize(request.url, person)
    tokens = strict.redeem(arrival.code, request.verifier).json()
    try_to_sign_in(guarded, person.username, "a-wrong-password-to-look-for")
    try_to_sign_in(guarded, "line one\r\nline two \x1b[31m", "x")
    guarded.stop()
    log = guarded.log_text()
    secrets = [person.password, "a-wrong-password-to-look-for", arrival.code, tokens["access_token"], tokens["refresh_token"], tokens["id_token"]]
    secrets += [strict.secret, request.verifier, *(cookie.value for cookie in visitor.session.cookies)]
    for secret in secrets:
        assert secret not in log
    assert "\x1b[31m" not in log and not any(line.startswith("line two") for line in log.splitlines())


def test_the_password_file_format_does_not_matter_to_a_resident_with_odd_letters(guarded):
    """A password of any printing characters signs in, typed as composed or decomposed letters."""
    person = Resident("odd-letters", "pässwörd ‽ 密码 with spaces", {"email": "odd@example.org"})
    guarded.add_residents([person])
    assert is_home(try_to_sign_in(guarded, person.username, person.password))
    assert not is_home(try_to_sign_in(guarded, person.username, person.password.upper()))
