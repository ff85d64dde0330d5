"""What a page offers: its forms, links and words, read as a browser without scripts would."""

import dataclasses
import html.parser
import urllib.parse


@dataclasses.dataclass
class Field:
    name: str
    type: str
    value: str
    checked: bool = False
    attributes: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Form:
    action: str
    method: str
    fields: list = dataclasses.field(default_factory=list)
    buttons: list = dataclasses.field(default_factory=list)

    def values(self):
        """What submitting it untouched would send, without a button."""
        chosen = [field for field in self.fields if field.name and (field.type not in ("checkbox", "radio") or field.checked)]
        return {field.name: field.value for field in chosen if field.type not in ("submit", "button", "image")}

    def field(self, name):
        return next((field for field in self.fields if field.name == name), None)


class Page:
    """An HTML answer of the server."""

    def __init__(self, response):
        self.response = response
        self.status = response.status_code
        self.url = response.url
        self.text = response.text
        reader = PageReader(response.url)
        reader.feed(response.text)
        self.forms, self.links, self.title = reader.forms, reader.links, reader.title.strip()
        self.language, self.direction, self.heading = reader.language, reader.direction, reader.heading.strip()

    def form(self, path):
        """The form that posts to the path, or None."""
        return next((form for form in self.forms if urllib.parse.urlsplit(form.action).path == path), None)

    def form_to(self, path):
        form = self.form(path)
        assert form, f"no form to {path} on the page {self.title!r} ({self.status} {self.url}):\n{self.text[:2000]}"
        return form

    def __repr__(self):
        return f"<page {self.title!r} {self.status} {self.url}>"


class PageReader(html.parser.HTMLParser):
    def __init__(self, base):
        super().__init__(convert_charrefs=True)
        self.base = base
        self.forms, self.links = [], []
        self.title = self.heading = self.language = self.direction = ""
        self.form = self.inside = self.button = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name = attributes.get("name") or ""
        if tag == "html":
            self.language, self.direction = attributes.get("lang", ""), attributes.get("dir", "")
        elif tag == "form":
            action = urllib.parse.urljoin(self.base, attributes.get("action") or "")
            self.form = Form(action, (attributes.get("method") or "get").lower())
            self.forms.append(self.form)
        elif tag == "input" and self.form:
            kind = (attributes.get("type") or "text").lower()
            value = attributes.get("value")
            if value is None:
                value = "on" if kind in ("checkbox", "radio") else ""
            self.form.fields.append(Field(name, kind, value, "checked" in attributes, attributes))
        elif tag == "button" and self.form:
            self.button = {"name": name, "value": attributes.get("value") or "", "text": ""}
            self.form.buttons.append(self.button)
        elif tag == "a" and attributes.get("href"):
            self.links.append(urllib.parse.urljoin(self.base, attributes["href"]))
        elif tag in ("title", "h1"):
            self.inside = tag

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "button":
            self.button = None
        elif tag == self.inside:
            self.inside = None

    def handle_data(self, data):
        if self.inside == "title":
            self.title += data
        elif self.inside == "h1":
            self.heading += data
        if self.button is not None:
            self.button["text"] += data
