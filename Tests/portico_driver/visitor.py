"""A person with a browser without scripts, who reads Portico's pages and presses its buttons."""

import dataclasses
import urllib.parse

import requests

from .pages import Page


@dataclasses.dataclass
class Resident:
    username: str
    password: str
    claims: dict


@dataclasses.dataclass
class Arrival:
    """The browser was sent to an address outside Portico: an authorization response, or the way back after signing out."""

    url: str
    parameters: dict
    method: str
    response: requests.Response

    @property
    def error(self):
        return self.parameters.get("error")

    @property
    def code(self):
        assert "code" in self.parameters, f"no code came back: {self.parameters}"
        return self.parameters["code"]


class Visitor:
    """One browser: its cookies, and every page it was shown on the way."""

    def __init__(self, issuer, language="en"):
        self.issuer = issuer
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update({"User-Agent": "Mozilla/5.0 (visitor)", "Accept": "text/html", "Accept-Language": language})
        self.seen = []

    def open(self, url, **options):
        """GET an address and follow where it leads: a Page, or an Arrival somewhere else."""
        return self.follow(self.session.get(url, allow_redirects=False, timeout=30, **options))

    def send(self, url, values, **options):
        """POST a form's values and follow."""
        return self.follow(self.session.post(url, data=values, allow_redirects=False, timeout=30, **options))

    def submit(self, form, button=None, **values):
        """Press a button of a form, named by its value, with the given fields filled in; None as a value leaves a field out."""
        filled = {**form.values(), **values}
        if button:
            pressed = next((each for each in form.buttons if each["value"] == button), None)
            assert pressed, f"no button {button!r} in the form to {form.action}: {form.buttons}"
            filled[pressed["name"]] = pressed["value"]
        filled = {name: value for name, value in filled.items() if value is not None}
        headers = {"Origin": self.issuer}
        if form.method == "post":
            return self.send(form.action, filled, headers=headers)
        return self.open(form.action + "?" + urllib.parse.urlencode(filled))

    def follow(self, response):
        for _ in range(10):
            if not response.is_redirect:
                break
            target = urllib.parse.urljoin(response.url, response.headers["Location"])
            if not self.is_ours(target):
                return Arrival(target, single_valued(urllib.parse.urlsplit(target).query), "GET", response)
            response = self.session.get(target, allow_redirects=False, timeout=30)
        else:
            raise AssertionError("more than ten redirects in a row")
        page = Page(response)
        self.seen.append(page)
        for form in page.forms:
            if not self.is_ours(form.action):
                return Arrival(form.action, form.values(), "POST", response)
        return page

    def is_ours(self, url):
        return urllib.parse.urlsplit(url)[:2] == urllib.parse.urlsplit(self.issuer)[:2]

    # What a person does on the pages

    def sign_in(self, page, resident, password=None):
        form = page.form_to("/sign-in")
        return self.submit(form, identifier=resident.username, password=password or resident.password)

    def consent(self, page, decision="allow", scopes=None):
        """Allow or deny. `scopes` names the boxes to leave ticked; None leaves the page as it came, with every box ticked."""
        form = page.form_to("/consent")
        boxes = {field.name: field for field in form.fields if field.type == "checkbox"}
        wanted = boxes if scopes is None else {name for name in boxes if name.removeprefix("scope_") in scopes}
        ticked = {name: (field.value if name in wanted else None) for name, field in boxes.items()}
        return self.submit(form, button=decision, **ticked)

    def walk(self, place, resident, decision="allow"):
        """Do what each page asks until the browser arrives somewhere else, or a page asks for nothing that is known."""
        for _ in range(6):
            if not isinstance(place, Page):
                return place
            if place.form("/sign-in"):
                place = self.sign_in(place, resident)
            elif place.form("/consent"):
                place = self.consent(place, decision)
            elif place.form("/choose-account"):
                place = self.submit(place.form("/choose-account"), button="continue")
            else:
                return place
        raise AssertionError(f"the pages lead in a circle: {self.seen}")

    def authorize(self, url, resident, decision="allow"):
        """From an authorization request to its answer at the agency."""
        arrival = self.walk(self.open(url), resident, decision)
        assert isinstance(arrival, Arrival), f"did not come back to the agency: {arrival}\n{arrival.text[:1500]}"
        return arrival


def single_valued(query):
    """A query as a mapping; a repeated name would be a defect of the answer."""
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"a parameter came twice: {query}"
    return dict(pairs)
